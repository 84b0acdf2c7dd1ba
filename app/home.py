"""Composition of packages: their blueprints, permissions, navigation, tabs and jobs, in one list each."""

from __future__ import annotations

from flask import Blueprint, Flask

from app import policies, start
from app.accounts import policies as account_policies
from app.accounts import views as account_views
from app.policies import Table
from app.web import health, navigation
from app.web.navigation import NavigationItem
from cases import policies as case_policies
from cases import schooling, tabs
from cases.placement import policies as placement_policies
from cases.placement import waiting
from cases.tabs import Tab
from scheduling import policies as scheduling_policies
from scheduling.booking import manage_views, pages, views

BLUEPRINTS: list[Blueprint] = [
    health.blueprint,
    account_views.blueprint,
    start.blueprint,
    pages.blueprint,
]

TABLES: list[Table] = [
    account_policies.TABLE,
    case_policies.TABLE,
    placement_policies.TABLE,
]

NAVIGATION: list[NavigationItem] = [
    NavigationItem("Heute", "home.show", None, 0, icon="home"),
]

TABS: list[Tab] = []


def init_app(app: Flask) -> None:
    """Bring every package into the application."""
    for table in TABLES:
        policies.register(table)
    navigation.add(*NAVIGATION)
    tabs.add(*TABS)
    schooling.lend(waiting.begin_of_schooling)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
