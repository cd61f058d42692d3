"""The mistakes of callers: raised anywhere, worded in two languages, rendered once at the edge."""

from http import HTTPStatus
from typing import Any

MESSAGES: dict[str, dict[str, str]] = {
    "syntax": {
        "ja": "SPARQLの文法に誤りがあります: {detail}",
        "en": "The query is not valid SPARQL: {detail}",
    },
    "version-gone": {
        "ja": "データの版「{requested_version}」は、ここにはありません。現在の版は {present_version} です。"
        "過去の版は保存していません。dataset-versionを外すと、現在の版について問い合わせることができます。",
        "en": "There is no version '{requested_version}' of the data here. The present version is {present_version}, "
        "and old ones are not kept. Leave out dataset-version to ask the present one.",
    },
    "no-query": {
        "ja": "queryパラメータがありません。queryに SELECT、ASK、CONSTRUCT又はDESCRIBE の問合せを書いてください。",
        "en": "There is no query. Give a SELECT, ASK, CONSTRUCT or DESCRIBE query in the parameter 'query'.",
    },
    "two-queries": {
        "ja": "queryパラメータが{count}個あります。1個だけにしてください。",
        "en": "The parameter 'query' is given {count} times. Give it once.",
    },
    "as-of-here": {
        "ja": "/sparqlではasOfを使えません。問合せの中で日付を絞るか、asOfを取る質問を使ってください: {questions}",
        "en": "asOf is not taken at /sparql: compare dates in the query itself, or ask a question that takes it: "
        "{questions}",
    },
    "bad-encoding": {
        "ja": "問合せがUTF-8ではありません。UTF-8で送ってください。",
        "en": "The query is not UTF-8. Send it as UTF-8.",
    },
    "bad-dataset": {
        "ja": "{parameter}の値「{value}」は絶対IRIではありません。https:// で始まるIRIを指定してください。",
        "en": "'{value}' in {parameter} is not an absolute IRI. Give one such as https://example.org/graph.",
    },
    "update": {
        "ja": "このサービスは更新を受け付けません。データの追加・修正は申請によって行います。",
        "en": "This service takes no updates. Data are added and mended by submission.",
    },
    "federation": {
        "ja": "SERVICEは使えません。外部の結果は利用者の側で結合してください。",
        "en": "SERVICE is refused here. Join results from elsewhere on your own side.",
    },
    "too-deep": {
        "ja": "問合せの入れ子が深すぎます(上限{limit})。分けて問い合わせてください。",
        "en": "The query is nested too deeply (limit {limit}). Ask in several queries.",
    },
    "too-many-operators": {
        "ja": "問合せの演算子が多すぎます(上限{limit})。VALUESを使うか、分けて問い合わせてください。",
        "en": "The query has too many operators (limit {limit}). Use VALUES, or ask in several queries.",
    },
    "too-large": {
        "ja": "送られた内容が大きすぎます(上限{limit}バイト)。",
        "en": "What was sent is too large (limit {limit} bytes).",
    },
    "slow-bodies": {
        "ja": "本文が届き終わっていない要求は同時に{limit}件までです。",
        "en": "You may have {limit} requests at once whose body has not come yet.",
    },
    "media-type": {
        "ja": "Content-Type「{given}」は受け付けません。{wanted}のいずれかで送ってください。",
        "en": "Content-Type '{given}' is not accepted. Send one of {wanted}.",
    },
    "not-acceptable": {
        "ja": "求められた形式では答えられません。次の形式があります: {offered}",
        "en": "There is no answer in the format asked for. There are: {offered}",
    },
    "not-xml": {
        "ja": "答えにXMLで表せない制御文字が含まれています。JSONで求めてください。",
        "en": "The answer has control characters that XML cannot hold. Ask for JSON.",
    },
    "deadline": {
        "ja": "問合せが制限時間({seconds}秒)を超えたため中止しました。条件を絞ってください。",
        "en": "The query was stopped at its deadline of {seconds} s. Narrow it down.",
    },
    "evaluation": {
        "ja": "問合せを実行できません: {detail}",
        "en": "The query cannot be evaluated: {detail}",
    },
    "stopped": {
        "ja": "問合せが大きすぎるか深すぎるため中止しました。条件を絞るか、分けて問い合わせてください。",
        "en": "The query was stopped: too big or too deep. Narrow it down or ask in several queries.",
    },
    "answer-too-large": {
        "ja": "答えが大きすぎます(上限{limit}バイト)。LIMITを付けるか、条件を絞ってください。",
        "en": "The answer is too large (limit {limit} bytes). Add a LIMIT or narrow the query down.",
    },
    "page-too-large": {
        "ja": "ページに表示するには答えが大きすぎます(上限{limit}バイト)。LIMITを付けるか、CSVなどを選んでください。",
        "en": "The answer is too large for a page (limit {limit} bytes). Add a LIMIT, or choose CSV or the like.",
    },
    "too-many-rows": {
        "ja": "答えが{limit}行(トリプル)を超えるため、この形式では返せません。"
        "LIMITを付けるか、JSONかXMLで求めてください(印を付けて途中まで返します)。",
        "en": "The answer has more than {limit} rows or triples, and this format cannot say that it was cut. "
        "Add a LIMIT, or ask for JSON or XML, which are cut with a mark.",
    },
    "file-too-long": {
        "ja": "答えが{limit}行を超えるため、この形式では一度に書き出せません。"
        "条件を絞るか、pageとlimitで分けるか、CSVで求めてください。",
        "en": "The answer has more than {limit} rows, too many for this format at once. Narrow it down, "
        "take it in parts by page and limit, or ask for CSV.",
    },
    "busy": {
        "ja": "ただいま混み合っています。少し待ってからもう一度お試しください。",
        "en": "The service is busy. Try again in a moment.",
    },
    "turn": {
        "ja": "同時に複数の問合せを送ったか、直前の問合せに時間がかかったため、ほかの利用者を先にしています。"
        "少し待ってからもう一度お試しください。",
        "en": "Others come first: you have several queries at once, or one of yours has just taken long. "
        "Try again in a moment.",
    },
    "too-many": {
        "ja": "時間のかかる問合せは同時に{limit}件までです。終わるのを待ってからもう一度お試しください。",
        "en": "You may have {limit} long queries at once. Wait for one to end, then try again.",
    },
    "budget": {
        "ja": "1分あたりに使える問合せの時間({seconds}秒)を使い切りました。少し待ってからもう一度お試しください。",
        "en": "You have used up the {seconds} seconds of query time that you may have in a minute. Try again later.",
    },
    "engine-away": {
        "ja": "検索エンジンを準備しています。少し待ってからもう一度お試しください。",
        "en": "The query engine is starting. Try again in a moment.",
    },
    "engine-lost": {
        "ja": "検索エンジンにつながらないか、答えの途中で通信が途切れました。少し待ってからもう一度お試しください。",
        "en": "The query engine cannot be reached, or went away before its answer was whole. Try again in a moment.",
    },
    "engine-refuses": {
        "ja": "検索エンジンがこの要求を処理できませんでした。問合せを書き換えるか、分けて問い合わせてください。",
        "en": "The query engine cannot carry this out. Word the query otherwise, or ask in several queries.",
    },
    "not-found": {
        "ja": "「{what}」は見付かりません。",
        "en": "There is nothing at '{what}'.",
    },
    "dump-unfinished": {
        "ja": "ダンプを書き出しています。少し待ってからもう一度お試しください。",
        "en": "The dumps are being written. Try again in a moment.",
    },
    "gone": {
        "ja": "「{what}」は取り下げられました。{more}",
        "en": "'{what}' was withdrawn. {more}",
    },
    "metrics-closed": {
        "ja": "/metricsは SASAEAI_METRICS_CLIENTS に書かれたアドレスからだけ読めます。",
        "en": "/metrics can be read only from the addresses that SASAEAI_METRICS_CLIENTS names.",
    },
    "method": {
        "ja": "このアドレスでは {given} は使えません。{allowed} を使ってください。",
        "en": "{given} is not possible here. Use {allowed}.",
    },
    "unknown-question": {
        "ja": "「{name}」という質問はありません。",
        "en": "There is no question named '{name}'.",
    },
    "question-replaced": {
        "ja": "質問「{name}」は取り下げられました。代わりに「{replacement}」があります: {address}",
        "en": "The question '{name}' was withdrawn. '{replacement}' has taken its place: {address}",
    },
    "unknown-parameter": {
        "ja": "パラメータ「{parameter}」はありません。使えるもの: {known}",
        "en": "There is no parameter '{parameter}'. There are: {known}",
    },
    "bad-parameter": {
        "ja": "パラメータ{parameter}の値「{value}」は使えません。{wanted}(例: {example})",
        "en": "'{value}' cannot be used for {parameter}. {wanted} (for example {example})",
    },
    "bad-day": {"ja": "パラメータ{parameter}: {why}", "en": "{parameter}: {why}"},
    "missing-parameter": {
        "ja": "パラメータ{parameter}が必要です。{wanted}(例: {example})",
        "en": "The parameter {parameter} is needed. {wanted} (for example {example})",
    },
    "repeated-parameter": {
        "ja": "パラメータ{parameter}は1個だけ指定できます。",
        "en": "The parameter {parameter} can be given only once.",
    },
    "unknown-municipality": {
        "ja": "パラメータ{parameter}: 「{value}」という市区町村は見付かりません。"
        "全国地方公共団体コード(6桁、例: {example})か正式な名称で指定してください。",
        "en": "{parameter}: there is no municipality '{value}'. Give its 6-digit code (for example {example}), "
        "or its full name.",
    },
    "ambiguous-municipality": {
        "ja": "パラメータ{parameter}: 「{value}」という市区町村は複数あります。コードで指定してください: {candidates}",
        "en": "{parameter}: there is more than one municipality '{value}'. Give its code: {candidates}",
    },
    "too-many-columns": {
        "ja": "{count}列になります。比べられるのは{limit}列(市区町村の数×基準日の数)までです。"
        "市区町村か基準日を減らしてください。",
        "en": "That makes {count} columns. {limit} can be compared (cities times days): take fewer cities or days.",
    },
    "one-column": {
        "ja": "比べるには2列以上が必要です。市区町村を2つ以上選ぶか、1つの市区町村に基準日を2つ以上指定してください。",
        "en": "A comparison needs two columns: choose two or more cities, or two or more days for one.",
    },
    "unknown-indicator": {
        "ja": "「{name}」という指標はありません。",
        "en": "There is no indicator named '{name}'.",
    },
    "unknown-list": {
        "ja": "「{name}」という一覧はありません。",
        "en": "There is no list named '{name}'.",
    },
    "no-such-page": {
        "ja": "{page}ページはありません。最後は{last}ページです。",
        "en": "There is no page {page}; the last is {last}.",
    },
    "precondition": {
        "ja": "お手元の内容は現在の内容と異なります。条件(If-Match、If-Unmodified-Since)を付けずに読み直してください。",
        "en": "What you hold is not what is here now. Read it again without If-Match and If-Unmodified-Since.",
    },
    "unreadable-file": {
        "ja": "「{name}」を読めません。Excelブック(.xlsx)かCSVとして保存し直してください。パスワードは外してください。",
        "en": "'{name}' cannot be read. Save it again as an Excel workbook (.xlsx) or CSV, without a password.",
    },
    "old-workbook": {
        "ja": "「{name}」は古い形式(.xls)か、パスワードの付いたブックです。パスワードを外し、.xlsx "
        "で保存し直してください。",
        "en": "'{name}' is of the old format (.xls) or locked. Save it as .xlsx, without a password.",
    },
    "archive-too-large": {
        "ja": "「{name}」は展開すると大きすぎます(上限{limit}バイト、{parts}ファイル)。"
        "要らないシートや画像を除いてください。",
        "en": "'{name}' is too large when unpacked (limit {limit} bytes, {parts} parts). Take out sheets and pictures.",
    },
    "sheet-too-large": {
        "ja": "シート「{name}」が大きすぎます(上限{rows}行、{columns}列)。使っていない行と列を削除してください。",
        "en": "The sheet '{name}' is too large (limit {rows} rows, {columns} columns). Delete unused rows and columns.",
    },
    "document-type": {
        "ja": "「{name}」に文書型宣言(DOCTYPE)があるので読みません。表計算ソフトで保存し直してください。",
        "en": "'{name}' has a document type declaration and is not read. Save it again in a spreadsheet program.",
    },
    "remote-context": {
        "ja": "「{name}」の@contextがほかの場所を指しているので読みません。文脈をファイルの中に書いてください。",
        "en": "'{name}' is not read: its @context points elsewhere, and nothing is fetched. Write it into the file.",
    },
    "unknown-encoding": {
        "ja": "「{name}」の文字コードが分かりません。UTF-8かシフトJISのCSVとして保存し直してください。",
        "en": "The encoding of '{name}' cannot be told. Save it again as CSV in UTF-8 or Shift JIS.",
    },
    "no-desk": {
        "ja": "このサービスには申請窓口がありません。"
        "開くには、データを置くフォルダを環境変数 SASAEAI_STATE に指定してください。",
        "en": "There is no desk here. To open one, name a folder for what the desk holds in SASAEAI_STATE.",
    },
    "desk-newer": {
        "ja": "申請窓口のファイルは新しい版のプログラムで作られています(版{found}、このプログラムは版{known}まで)。"
        "プログラムを更新してください。",
        "en": "The desk's file is of version {found}, and this program knows versions up to {known}. "
        "Bring the program up to date.",
    },
    "desk-unwritable": {
        "ja": "保存できませんでした({detail})。今回の操作は何も行われていません。"
        "保存先の空き容量と権限を確かめてください。",
        "en": "Nothing could be written ({detail}), and nothing was done. Look at the space and the rights of the "
        "folder.",
    },
    "no-backup": {
        "ja": "「{name}」は申請窓口の正しい控えではないので、元に戻しませんでした。",
        "en": "'{name}' is no sound copy of a desk. Nothing was put back.",
    },
    "token-name-taken": {
        "ja": "「{name}」という名前のトークンは既に使われています。別の名前にするか、先に失効させてください。",
        "en": "A token named '{name}' is in use. Choose another name, or revoke that one first.",
    },
    "unknown-token-name": {
        "ja": "「{name}」という名前の有効なトークンはありません。",
        "en": "No token named '{name}' is in use.",
    },
    "token-refused": {
        "ja": "トークンが正しくないか、失効しています。発行されたとおりに入力してください。",
        "en": "This is no token, or one that was revoked. Give it as you were given it.",
    },
    "sign-in-needed": {
        "ja": "サインインが必要です。プログラムからは、トークンを Authorization: Bearer に書いてください。",
        "en": "This takes signing in. Programs show the token in Authorization: Bearer.",
    },
    "too-many-refused": {
        "ja": "正しくないトークンが続いたため、受け付けを止めています(1分に{limit}回まで)。"
        "少し待ってからもう一度お試しください。",
        "en": "Too many tokens that are none have come from you ({limit} a minute). Try again in a moment.",
    },
    "stale-form": {
        "ja": "画面の有効期限が切れたか、ブラウザーがクッキーを受け付けていないため、操作を行いませんでした。"
        "画面を開き直し、HTTPSで接続していることを確かめてから、もう一度お試しください。",
        "en": "Nothing was done: the page is too old, or the browser takes no cookies. Open the page again, over "
        "HTTPS, and try once more.",
    },
    "reviewers-only": {
        "ja": "受理・差戻し・復元は、審査用のトークンでだけできます。",
        "en": "Only a reviewer's token accepts, returns and restores.",
    },
    "cities-only": {
        "ja": "申請は、市区町村のトークンでだけできます。",
        "en": "Only a city's token submits.",
    },
    "another-city": {
        "ja": "このトークンは市区町村 {own} のものです。{city} については申請も閲覧もできません。",
        "en": "This token is of the city {own}. It neither submits nor sees what is of {city}.",
    },
    "document-name": {
        "ja": "資料の名前「{name}」は使えません。{example} のように、英数字とハイフンで短く付けてください。",
        "en": "A document cannot be named “{name}”. Name it shortly in letters, digits and hyphens, such as {example}.",
    },
    "too-many-files": {
        "ja": "同じ利用者のファイルを同時に検証できるのは{limit}件までです。"
        "前の検証が終わってから、もう一度送ってください。",
        "en": "Of one client {limit} file(s) can be examined at once. Send it again when the one before is done.",
    },
    "whose-file": {
        "ja": "「{name}」は、どの市区町村の文書か分かりません。RDFでは、初めに文書のグラフを述べてください"
        "(<graph/{own}/…> dct:source <id/source/{own}/…> .)。一つのファイルには一つの市区町村だけを書けます。",
        "en": "It cannot be told whose documents '{name}' holds. RDF describes the graph of its document first "
        "(<graph/{own}/…> dct:source <id/source/{own}/…> .), and one file is of one municipality.",
    },
    "revision-not-conforming": {
        "ja": "版 {number} は、今の規則やほかの記録に照らすと誤りが{count}件あり、そのままでは戻せません。"
        "版の内容をブックか RDF で書き出し、直して申請してください。",
        "en": "Held against the rules and the other data as they are now, revision {number} has {count} mistakes and "
        "cannot be restored as it is. Write it out, mend it and submit it.",
    },
    "not-conforming": {
        "ja": "「{name}」に誤りが{count}件あるため、受け付けていません。検証結果を見て直し、もう一度申請してください。",
        "en": "'{name}' has {count} mistakes and was not received. Mend what the report says and submit it again.",
    },
    "changes-nothing": {
        "ja": "「{name}」の内容は現在公開されているものと同じなので、申請の必要はありません。",
        "en": "'{name}' says what is published already: there is nothing to submit.",
    },
    "no-comment": {
        "ja": "差戻しには、何を直せばよいかを書いた意見が必要です。",
        "en": "A submission is returned with a comment that says what to mend.",
    },
    "city-has-changed": {
        "ja": "市区町村 {city} のデータは、この申請の受付後に変わりました。"
        "変更点を見直してから、改めて受理してください。",
        "en": "The data of {city} have changed since this was submitted. Look at the changes once more, then accept it "
        "over them.",
    },
    "already-decided": {
        "ja": "申請 {receipt} は既に決定済みです({state})。",
        "en": "The submission {receipt} was decided on already ({state}).",
    },
    "unknown-receipt": {
        "ja": "受付番号「{receipt}」の申請はありません。",
        "en": "There is no submission with the receipt '{receipt}'.",
    },
    "unknown-revision": {
        "ja": "改訂 {number} はありません。",
        "en": "There is no revision {number}.",
    },
    "upload-removed": {
        "ja": "申請 {receipt} の内容は保存期間が過ぎたため削除されています。",
        "en": "What was submitted as {receipt} was removed after its time.",
    },
    "not-an-organisation": {
        "ja": "{iri} は、この申請の新しい団体か、既に登録されている団体ではありません。",
        "en": "{iri} is neither an organisation new in this submission nor a known one.",
    },
    "no-file": {
        "ja": "ファイルがありません。検証するファイルを1つ選んで送ってください。",
        "en": "There is no file. Choose one file to be checked, and send it.",
    },
    "kind-of-file": {
        "ja": "「{name}」は検証できる種類のファイルではありません。"
        "名前が {wanted} のどれかで終わるファイルを送ってください。",
        "en": "'{name}' is of no kind that can be checked. Send a file whose name ends in one of {wanted}.",
    },
    "examination-ended": {
        "ja": "このファイルは、検証の上限(時間{seconds}秒、メモリー{memory}MB)に達したか、"
        "読んでいる途中で処理が止まったため、検証できません。使っていないシート・行・書式を除くか、シートごとにCSVに分けて送ってください。",
        "en": "This file cannot be checked: it reached the limits ({seconds} s, {memory} MB) or could not be read to "
        "its end. Take out unused sheets, rows and formats, or send its sheets one by one as CSV.",
    },
    "examiner-away": {
        "ja": "検証の準備をしています。少し待ってからもう一度お試しください。",
        "en": "The check is being made ready. Try again in a moment.",
    },
    "publication": {
        "ja": "公開できませんでした: {detail}",
        "en": "Nothing was published: {detail}",
    },
    "http": {"ja": "この要求には応じられません: {detail}", "en": "This request cannot be answered: {detail}"},
    "internal": {
        "ja": "サービス側の誤りです。お手数ですが、時刻を添えてお知らせください。",
        "en": "This is a fault of the service. Please report it with the time it happened.",
    },
}
"""What each mistake is called, and what it says to the person who made it."""

MEMBERS = ("line", "column", "excerpt", "requested_version", "present_version", "report", "successors")
"""The parameters of mistakes that programs are told by name, beside the words (RFC 9457 §3.2)."""


class ServiceError(Exception):
    """Tell a caller what is wrong and how to mend it.

    `key` names the entry of MESSAGES, `status` is the HTTP status, `parameters` fill the words.
    A parameter may be a mapping from language to text. `retry_after` is in whole seconds.
    """

    def __init__(self, key: str, status: int, *, retry_after: int | None = None, **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.status = HTTPStatus(status)
        self.retry_after = retry_after
        self.parameters = parameters

    def message(self, language: str) -> str:
        """Word the mistake in `ja` or `en`."""
        words = {
            name: value.get(language, "") if isinstance(value, dict) else value
            for name, value in self.parameters.items()
        }
        return MESSAGES[self.key][language].format_map(words)

    @property
    def members(self) -> dict[str, Any]:
        """Return what programs are told beside the words."""
        return {name: self.parameters[name] for name in MEMBERS if name in self.parameters}

    def __str__(self) -> str:
        """Return the English words."""
        return self.message("en")
