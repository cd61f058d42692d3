"""Texts are found as readers write them: whatever their width, case, accents, kana and spaces."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sasaeai.statements.finding import Index, fold, words_of

NAMES = st.text(
    alphabet=st.one_of(
        st.sampled_from("協議体多摩市ささえあいサポーターｻﾎﾟｰﾀｰＡａＢｂABabōŌéヶケヵが゙カ゚～〜ーｰ－‐−・ 　()（）①Ⅳ㈱"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=12,
)


def indexed(rows: list[list[str]]) -> Index:
    return Index(map(fold, texts) for texts in rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＮＰＯ法人", "npo法人"),
        ("ｻﾎﾟｰﾀｰ", "さぽーたー"),
        ("サポーター", "さぽーたー"),
        ("Kōriyama", "KORIYAMA"),
        ("社会福祉法人 多摩市社会福祉協議会", "社会福祉法人多摩市　社会福祉協議会"),
        ("茅ヶ崎", "茅ケ崎"),
        ("平成２９年度～令和５年度", "平成29年度〜令和5年度"),
        ("042−338−6924", "042-338-6924"),
        ("が", "か\u3099"),
        ("㈱", "(株)"),
    ],
)
def test_variants_of_one_writing_are_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("は", "ば"),
        ("は", "ぱ"),
        ("おばさん", "おばあさん"),
        ("龍", "竜"),
        ("ビル", "ビール"),
        ("~", "-"),
        ("つ", "っ"),
    ],
)
def test_what_means_something_else_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(NAMES)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_the_width_case_and_composition_of_what_is_typed_make_no_difference(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)
    assert fold(text.casefold()) == fold(text)


@given(st.lists(NAMES, max_size=8), st.data())
def test_a_name_is_found_by_any_part_of_it(names: list[str], data: st.DataObject) -> None:
    index = indexed([[name] for name in names])
    for row, name in enumerate(names):
        folded = fold(name)
        if folded:
            start = data.draw(st.integers(0, len(folded) - 1))
            end = data.draw(st.integers(start + 1, len(folded)))
            assert row in index.find([folded[start:end]])


@given(st.lists(st.lists(NAMES, max_size=3), max_size=8), st.lists(NAMES, max_size=3))
def test_what_is_found_is_what_a_look_at_each_name_finds(rows: list[list[str]], asked: list[str]) -> None:
    words = [word for each in asked for word in words_of(each)]
    plain = [row for row, texts in enumerate(rows) if all(any(word in fold(text) for text in texts) for word in words)]
    assert list(indexed(rows).find(words)) == plain


def test_words_are_parted_by_spaces_of_any_width_and_all_are_wanted() -> None:
    index = indexed([["第1層協議体", "Tier 1"], ["第2層協議体"], ["第1層"]])
    assert list(index.find(words_of("協議体　第１層"))) == [0]
    assert list(index.find(words_of(" "))) == [0, 1, 2]


def test_no_word_is_found_across_two_names() -> None:
    assert list(Index([["多摩", "市"], ["多", "摩市"]]).find(["多摩市"])) == []


@given(st.lists(st.lists(NAMES, max_size=3), max_size=8), NAMES)
def test_what_begins_with_a_word_and_what_is_it_are_told_apart(rows: list[list[str]], asked: str) -> None:
    index, word = indexed(rows), fold(asked)
    texts = [[fold(text) for text in each] for each in rows]
    if word:
        assert index.being(word) == {row for row, each in enumerate(texts) if word in each}
        assert index.beginning(word) == {row for row, each in enumerate(texts) if any(t.startswith(word) for t in each)}
        assert index.holding(word) == {row for row, each in enumerate(texts) if any(word in t for t in each)}
