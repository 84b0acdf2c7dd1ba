"""First names that are one name in several languages, though no rule of spelling leads from one to the other.

Curated by hand; one group a line, native spellings beside Latin ones. Groups are for search only: that two
people bear cognate names says nothing about who they are.
"""

from functools import cache

from cases.romanise import romanise

_GROUPS = """
volodymyr vladimir wladimir wolodymyr vladymyr uladzimir володимир владимир
oleksandr alexander aleksandr oleksander alexandre iskander iskender alejandro олександр александр اسکندر
oleksandra alexandra aleksandra олександра александра
olexiy oleksii oleksiy aleksei alexei alexej alexey олексій алексей
mykola nikolai nikolaj nikolay nicolae nikola микола николай
mykhailo mikhail michail michael mihail mihai михайло михаил
andrii andriy andrej andrei andrey andreas андрій андрей
serhii serhiy sergej sergei sergey sergiu сергій сергей
yevhen evgenij evgeny jewgenij yevgeny eugen євген евгений
yevheniia evgenija yevgenia jewgenija eugenia євгенія евгения
dmytro dmitri dmitrij dmitriy dimitri dmitry дмитро дмитрий
ivan johann john ion ioan jan yahya giovanni juan іван иван
pavlo pavel pawel paul павло павел
petro pjotr petr piotr peter petru петро пётр петр
yurii jurij juri yuri georgij georgi georg george gheorghe юрій юрий георгий
hryhorii grigorij grigori gregor григорій григорий
kateryna jekaterina ekaterina katharina catherine ecaterina катерина екатерина
olena elena jelena helena yelena олена елена
hanna anna ganna ганна анна
iryna irina ірина ирина
nataliia natalija natalya natascha наталія наталья
tetiana tatjana tatiana тетяна татьяна
yuliia julija yulia julia юлія юлия
mariia marija maria maryam mariam meryem miriam mary марія мария مریم مريم
anastasiia anastasija anastasia nastja анастасія анастасия
sofiia sofija sofia sophie софія софия
daryna darina daria darija дарина дарья
liubov ljubow lyubov любов любовь
nadiia nadeschda nadezhda надія надежда
oksana xenia ksenija ксенія ксения оксана
matvii matvej matthias matej матвій матвей
illia ilja ilya elias ilias ilyas ілля илья الیاس إلياس
artem artjom artyom артем артём
fedir fjodor fedor fyodor theodor федір фёдор
mehmet muhammad mohammed mohammad mohamed muhammed mohamad mamadou mahomet محمد
ahmet ahmad ahmed achmed achmad احمد أحمد
mahmut mahmoud mahmud mahmood محمود
mustafa moustafa mostafa مصطفى مصطفی
yusuf youssef yousef jusuf yosef josef joseph josef jusef يوسف یوسف
ibrahim abraham ebrahim avraham إبراهيم ابراهیم ابراهيم
ismail esmail ismael smail إسماعيل اسماعیل
ishak ishaq isaak isaac eshaq إسحاق اسحاق
yakup yaqub yaqoub jakob jacob yakov یعقوب يعقوب
musa moussa mousa moses mose موسى موسی
isa issa eissa عيسى عیسی
davut dawud daoud dawood david davud داود داوود
suleyman sulaiman soleiman suleiman salomon solomon سليمان سلیمان
osman uthman othman عثمان
omer omar umar ömer عمر
ali aly علي علی
hasan hassan حسن
huseyin hussein hussain hossein husain حسين حسین
ramazan ramadan رمضان
riza reza rida redha رضا
kadir qadir kader قادر
halit khalid khaled chalid halid خالد
halil khalil chalil خليل خلیل
fatma fatima fatemeh fatimah fadma فاطمة فاطمه
ayse aisha aischa aicha ayscha عائشة عایشه
emine amina amineh أمينة امینه
hatice khadija khadijeh chadidscha hadidja خديجة خدیجه
zeynep zainab zaynab zeinab سینب زينب زینب
leyla laila layla leila ليلى لیلا
havva hawa hawwa eva حواء
meryam maryam meryem
nur nour noor نور
sara sarah sare سارة سارا
yasin yassin yaseen jassin ياسين یاسین
abdullah abdallah abdulla abdollah عبدالله
omid umid oumid امید
cemal jamal dschamal gamal جمال
cemil jamil dschamil gamil جميل جمیل
cafer jafar dschafar جعفر
mecid majid madschid مجید ماجد
stepan stefan stephan szczepan степан
tomasz thomas tomas toma
krzysztof christoph krystof christophe
malgorzata margarete margarita margareta маргарита
jerzy georg jorgos giorgos georgios γεώργιος
ioannis yannis giannis johannes γιάννης ιωάννης
eleni helena ελένη
dschamila jamila cemile jamileh جميلة
"""


@cache
def cognate_groups() -> dict[str, frozenset[int]]:
    """The numbers of the groups a romanised word belongs to."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_GROUPS.strip().splitlines()):
        for spelling in line.split():
            found.setdefault(romanise(spelling), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}
