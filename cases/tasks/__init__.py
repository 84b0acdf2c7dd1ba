"""What has to be done in a case and by when."""
