"""One name is found in its other spellings, and another name is not."""

import random

import pytest

from cases.name_skeletons import MOST_KEYS, skeletons
from cases.names import LIKELY, matches, name_keys, rank, similarity
from cases.romanise import romanise

SAME = [
    ("Mohammed", "Muhammad"),
    ("Mehmet", "Muhammad"),
    ("محمد", "Mohamad"),
    ("Хусейн", "Hussein"),
    ("يوسف", "Yusuf"),
    ("Jussuf", "Youssef"),
    ("خالد", "Chalid"),
    ("Khaled", "Halit"),
    ("Халед", "Khaled"),
    ("جمال", "Djamal"),
    ("Dschamal", "Jamal"),
    ("فاطمة الزهراء", "Fatima Zahra"),
    ("عبد الرحمن", "Abdurrahman"),
    ("Abdulrahman", "Abd al-Rahman"),
    ("Abdelrahman", "Abdul Rahman"),
    ("عبدالله", "Abdullah"),
    ("Al-Assad", "Assad"),
    ("Alassad", "Al Assad"),
    ("As-Sayed", "Alsayed"),
    ("السيد", "El-Sayed"),
    ("حسین", "Hossein"),
    ("احمدی", "Ahmadi"),
    ("رضایی", "Rezaei"),
    ("کریمی", "Karimi"),
    ("نورزاد", "Nurzad"),
    ("حیدری", "Haidari"),
    ("Qasemi", "Ghasemi"),
    ("Heydari", "Haidari"),
    ("Volodymyr", "Vladimir"),
    ("Володимир", "Wladimir"),
    ("Олександр", "Alexander"),
    ("Oleksandr", "Aleksandr"),
    ("Зеленський", "Selenskyj"),
    ("Шевченко", "Schewtschenko"),
    ("Shevchenko", "Schewtschenko"),
    ("Чайковский", "Tchaikovsky"),
    ("Щербак", "Schtscherbak"),
    ("Ольга", "Olha"),
    ("Ольга", "Olga"),
    ("Жанна", "Schanna"),
    ("Erdoğan", "Erdogan"),
    ("Şahin", "Schahin"),
    ("Çelik", "Tschelik"),
    ("Yılmaz", "Yilmaz"),
    ("İbrahim", "Ibrahim"),
    ("Müller", "Mueller"),
    ("Müller", "Muller"),
    ("Żółkiewski", "Zolkiewski"),
    ("Nguyễn", "Nguyen"),
    ("Αλέξανδρος", "Alexandros"),
    ("გიორგი", "Giorgi"),
    ("ተስፋይ", "Tesfay"),
    ("O'Brien", "OBrien"),
]
OTHER = [
    ("Fatima", "Oleksandr"),
    ("Ahmad", "Mahmoud"),
    ("Anna", "Ivan"),
    ("Ali", "Lea"),
    ("Maria Popescu", "Ahmad Karimi"),
    ("محمد", "Ahmad"),
    ("Nour", "Nina"),
    ("Schmidt", "Schneider"),
    ("Jan", "Hans"),
    ("Ivanova", "Petrova"),
    ("Karimi", "Rahimi Sara"),
    ("Yılmaz", "Demir"),
    ("Коваленко", "Шевченко"),
]


@pytest.mark.parametrize(("query", "name"), SAME)
def test_another_spelling_of_a_name_is_found_both_ways(query: str, name: str) -> None:
    assert similarity(query, name) >= LIKELY
    assert similarity(name, query) >= LIKELY


@pytest.mark.parametrize(("query", "name"), SAME)
def test_two_spellings_share_a_key(query: str, name: str) -> None:
    assert name_keys(query) & name_keys(name)


@pytest.mark.parametrize(("query", "name"), OTHER)
def test_another_name_is_not_found(query: str, name: str) -> None:
    assert similarity(query, name) < LIKELY


@pytest.mark.parametrize(
    ("query", "name"),
    [("Hasna", "Hassan"), ("Kowlaski", "Kowalski"), ("Schmitd", "Schmidt"), ("Rahmi", "Rahimi"), ("Ksrimi", "Karimi")],
)
def test_one_slip_of_the_finger_is_forgiven(query: str, name: str) -> None:
    assert similarity(query, name) >= LIKELY


def test_the_same_name_is_a_full_match_whatever_the_case() -> None:
    assert similarity("hosseini", "HOSSEINI") == 1.0


def test_given_and_family_name_may_stand_in_any_order() -> None:
    assert similarity("Hassan, Ali", "Ali Hassan") == 1.0
    assert similarity("Schewtschenko Olena", "Олена Шевченко") >= LIKELY


def test_one_word_finds_a_name_of_several() -> None:
    assert similarity("Karimi", "Mohammad Reza Karimi") >= LIKELY


def test_a_person_with_a_single_name_is_found_by_two() -> None:
    assert LIKELY <= similarity("Ahmad Rahimi", "Ahmad") < 1.0


def test_names_written_as_one_word_or_two_meet() -> None:
    assert similarity("Hudanur Kaya", "Huda Nur Kaya") >= LIKELY
    assert similarity("Huda Nur Kaya", "Hudanur Kaya") >= LIKELY


def test_the_beginning_of_a_name_is_enough_from_three_letters() -> None:
    assert similarity("Moh", "Mohammad Karimi") >= LIKELY


def test_the_exact_name_comes_before_its_variants() -> None:
    names = ["Hussein Ali", "Mohammed Ali", "Muhammad Ali", "Olena Kowal"]
    assert [position for _, position in rank("Muhammad Ali", names)][:2] == [2, 1]


def test_the_best_of_a_persons_names_counts() -> None:
    assert matches("Karimi", ["Sara Rahimi", "سارا کریمی"]) >= LIKELY
    assert matches("Karimi", []) == 0.0


@pytest.mark.parametrize("text", ["", "   ", "-", "123", "؟", "🙂"])
def test_text_without_a_name_matches_nothing(text: str) -> None:
    assert similarity(text, "Ali") == 0.0
    assert similarity("Ali", text) == 0.0


def test_romanising_leaves_letters_and_single_spaces() -> None:
    assert romanise("  Anna-Lena   O’Neill ") == "anna lena oneill"
    assert romanise("Straße 12") == "strasse"
    assert romanise("Ғалым Өмірбек") == "ghalym omirbek"


def test_a_word_never_has_more_than_eight_keys() -> None:
    rng = random.Random(3)
    words = ("".join(rng.choices(["th", "dh", "ch", "w", "h", "j", "a"], k=12)) for _ in range(200))
    assert all(1 <= len(skeletons(word)) <= MOST_KEYS for word in words)


def test_any_text_gets_a_score_between_zero_and_one() -> None:
    rng = random.Random(5)
    letters = "abcdehjkqwxyz äöüßşğı абвгґщь ابتثجحخ -'’ 鈴木 ไทย"
    for _ in range(500):
        one, two = ("".join(rng.choices(letters, k=rng.randrange(14))) for _ in range(2))
        assert 0.0 <= similarity(one, two) <= 1.0
