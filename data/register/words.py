"""What the lists are and under which terms, and what each file of the register says of itself, in two languages."""

from dataclasses import dataclass

from lists import CODES, ENGLISH, OFFICES, PREFECTURES

MIT = "https://spdx.org/licenses/MIT"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
PDL = "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0"

Words = tuple[str, str]
"""A text in Japanese and in English."""


@dataclass(frozen=True)
class Source:
    """Describe one list; `date` is the day it, or the version read, is of."""

    slug: str
    file: str
    title: Words
    url: str
    date: str
    licences: tuple[str, ...]
    note: Words


SOURCES = (
    Source(
        slug="soumu-codes",
        file=CODES,
        title=("全国地方公共団体コード（令和6年1月1日現在）", "Codes of local governments, as of 1 January 2024"),
        url="https://www.soumu.go.jp/denshijiti/code.html",
        date="2024-01-01",
        licences=(PDL, MIT),
        note=(
            "公表者は総務省。「全国地方公共団体コード」（総務省）を加工して作成。総務省のExcelをJSONに変換した"
            "yhay81/jichitai-code（https://github.com/yhay81/jichitai-code、MITライセンス、版1eca342c946f）の"
            "public/data/index.jsonから読んだ。団体の有無、コード、名称、種別、区の属する市はこの一覧による。",
            "Published by the Ministry of Internal Affairs and Communications; made by processing its list. Read from "
            "yhay81/jichitai-code (https://github.com/yhay81/jichitai-code, MIT licence, revision 1eca342c946f), "
            "public/data/index.json, which turns the ministry's spreadsheet into JSON. Which bodies there are, their "
            "codes, names and kinds, and the city of each ward are taken from this list.",
        ),
    ),
    Source(
        slug="localgovjp",
        file=OFFICES,
        title=("localgovjp 日本の地方公共団体一覧", "localgovjp, a list of local governments in Japan"),
        url="https://github.com/code4fukui/localgovjp",
        date="2026-07-09",
        licences=(CC0,),
        note=(
            "ひらがなの読み、役所の緯度・経度、公式サイトのアドレスはこの一覧による。版はcd94f841f222。"
            "浜松市の区は2024年1月1日の再編前のままなので用いない。",
            "Readings in hiragana, the latitude and longitude of the office, and the address of the official web site "
            "are taken from this list, revision cd94f841f222. Its wards of Hamamatsu are those before "
            "1 January 2024 and are not used.",
        ),
    ),
    Source(
        slug="prefjp",
        file=PREFECTURES,
        title=("localgovjp 都道府県一覧", "localgovjp, its list of prefectures"),
        url="https://github.com/code4fukui/localgovjp",
        date="2026-01-24",
        licences=(CC0,),
        note=(
            "都道府県の英語名、読み、ISO 3166-2の符号、公式サイトのアドレスはこの一覧による。版は4c7b5625a1e0。"
            "コードの先頭の0が失われているので補って読む。",
            "English names of prefectures, readings, ISO 3166-2 codes and official web sites are taken from this list, "
            "revision 4c7b5625a1e0. Its codes have lost their leading zeros, which are put back.",
        ),
    ),
    Source(
        slug="cities-in-japan",
        file=ENGLISH,
        title=("list-of-cities-in-japan 2024年版", "list-of-cities-in-japan, edition of 2024"),
        url="https://github.com/nobuf/list-of-cities-in-japan",
        date="2025-02-20",
        licences=(MIT,),
        note=(
            "市区町村と区の英語名はこの一覧による。版は92320b31747a。英語版ウィキペディアの記事名であり、"
            "各市区町村の公式の英語表記ではない。01697と01700の欄は空である。",
            "English names of municipalities and wards are taken from this list, revision 92320b31747a. They are "
            "titles of articles in the English Wikipedia, not the municipalities' own names. Those of 01697 and 01700 "
            "are empty.",
        ),
    ),
)


@dataclass(frozen=True)
class Graph:
    """Describe one file of the register, and the lists it is made from."""

    title: Words
    description: Words
    note: Words | None = None
    sources: tuple[str, ...] = ()


GRAPHS = {
    "sources": Graph(
        title=("全国の自治体名簿の出典", "Sources of the national register"),
        description=(
            "都道府県、市区町村、行政区の名簿を作るのに用いた一覧。",
            "The lists from which the register of prefectures, municipalities and wards is made.",
        ),
    ),
    "prefectures": Graph(
        title=("都道府県", "Prefectures"),
        description=("日本の47都道府県とその区域。", "The 47 prefectures of Japan and their territories."),
        note=(
            "英語名は出典の一覧（localgovjp）のもので、長音を示さない。「〜の区域」という区域の名称は"
            "このプロジェクトが付けた。法人番号はコードから計算した。",
            "English names are those of the list named as source (localgovjp), without macrons. What the territories "
            "are called is this project's own. Corporate numbers are computed from the codes.",
        ),
        sources=("soumu-codes", "prefjp"),
    ),
    "municipalities": Graph(
        title=("市区町村", "Municipalities"),
        description=(
            "日本の市区町村1,747団体（北方領土の六村を含む）とその区域。",
            "The 1,747 municipalities of Japan, the six villages of the Northern Territories included, and their "
            "territories.",
        ),
        note=(
            "英語名は出典の一覧（list-of-cities-in-japan）のもので、各市区町村の公式の英語表記ではない。"
            "見出しは区別のための語（「, Tokyo」「(city)」など）を除き、元の記事名は別名とした。"
            "「〜の区域」という区域の名称はこのプロジェクトが付けた。法人番号はコードから計算した。",
            "English names are those of the list named as source (list-of-cities-in-japan), not the municipalities' "
            "own official ones. Labels leave out what tells them apart (', Tokyo', '(city)'); the title as listed is "
            "a second label. What the territories are called is this project's own. Corporate numbers are computed "
            "from the codes.",
        ),
        sources=("soumu-codes", "localgovjp", "cities-in-japan"),
    ),
    "wards": Graph(
        title=("政令指定都市の区", "Wards of designated cities"),
        description=(
            "政令指定都市20市の行政区171区。",
            "The 171 administrative wards of the 20 designated cities.",
        ),
        note=(
            "英語名は出典の一覧（list-of-cities-in-japan）のもので、各市の公式の英語表記ではない。"
            "浜松市の三区の読みは総務省の一覧の半角カナによる（小書きの文字が大きい字で書かれていることがある）。",
            "English names are those of the list named as source (list-of-cities-in-japan), not the cities' own "
            "official ones. The readings of Hamamatsu's three wards are from the half-width kana of the ministry's "
            "list, which sometimes has large letters for small ones.",
        ),
        sources=("soumu-codes", "localgovjp", "cities-in-japan"),
    ),
}

NORTHERN_VILLAGE = (
    "北方領土の六村の一つ。総務省の一覧にコードがあるが、法人番号はなく、役所の位置と公式サイトはどの一覧にもない。"
    "読みは総務省の一覧の半角カナによる。",
    "One of the six villages of the Northern Territories. The ministry's list gives it a code; it has no corporate "
    "number, and no list gives an office or a web site. Its reading is from the half-width kana of the ministry's "
    "list.",
)
