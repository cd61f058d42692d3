"""What made-up documents are made of, in Japanese and English; whatever bears a name is marked as a sample."""

DUTIES = (
    ("needs-finding", "地域の困りごとやニーズの把握", "Finding out the needs of the community"),
    ("resource-mapping", "地域にある資源の洗い出し", "Finding out what resources the community has"),
    ("resource-development", "生活支援の担い手やサービスの開発", "Developing helpers and services"),
    ("network-building", "関係する団体のネットワークづくり", "Building a network of the bodies concerned"),
    ("matching", "ニーズとサービスを結び付けること", "Matching needs and services"),
    ("training", "生活支援の担い手の養成", "Training those who help"),
    ("council-preparation", "協議体の準備と運営", "Preparing and running the councils"),
    ("planning", "地域づくりの企画と方針の検討", "Planning the building of the community"),
    ("shared-understanding", "目指す地域の姿の共有", "A common mind on what the community should become"),
    ("information-sharing", "定期的な情報の共有", "Sharing information regularly"),
    ("coordinator-support", "コーディネーターの活動の補完", "Complementing the coordinators"),
    ("outreach", "住民や企業への働きかけ", "Reaching out to residents and companies"),
    ("problem-solving", "地域の課題の解決に向けた検討", "Working on problems of the community"),
    ("activity-support", "支え合い活動の立ち上げの支援", "Helping mutual-support activities to begin"),
    ("other", "その他、支え合いの推進に関すること", "Other matters of mutual support"),
)

ACTIVITIES = (
    ("gathering-place", "居場所づくり", "Making gathering places"),
    ("daily-help", "ちょっとした困りごとの手助け", "Help with small troubles of daily life"),
    ("watching-over", "声かけと見守り", "Calling on people and watching over them"),
    ("transport", "買い物のための移動の支援", "Help with getting to the shops"),
    ("training", "生活支援の担い手の養成講座", "Training course for helpers"),
    ("exercise", "週に一度の体操の集い", "Weekly exercise meeting"),
    ("forum", "支え合いのフォーラム", "Forum on mutual support"),
    ("workshop", "地域の支え合いを考える勉強会", "Workshop on mutual support in the community"),
    ("community-talk", "地域の懇談会", "Community talks"),
    ("council-meeting", "協議体の開催", "Sessions of the council"),
    ("coordinator-meeting", "生活支援コーディネーターの定例会", "Regular meeting of the coordinators"),
    ("supporter-building", "支え手を増やす取組", "Building up people who help"),
    ("information-sharing", "取組の事例の紹介", "Showing what others do"),
    ("day-service", "住民による通いの場", "Day service run by residents"),
    ("dementia-cafe", "認知症カフェ", "Dementia café"),
    ("salon", "ふれあいサロン", "Salon for meeting one another"),
    ("event", "支え合いの催し", "Event on mutual support"),
    ("visit", "活動の場への訪問", "Visits to where people are active"),
    ("consultation", "活動についての相談", "Consultation about activities"),
    ("housework-help", "掃除や洗濯の手伝い", "Help with cleaning and washing"),
)

ACTIVITY_NOTES = (
    (
        "歩いて行ける範囲の集会所などで開かれ、参加に条件はない。",
        "Held in meeting halls within walking distance, open to everybody.",
    ),
    (
        "住民が中心になって行い、コーディネーターが立ち上げを手伝う。",
        "Led by residents; the coordinators help it to begin.",
    ),
    (
        "協議体での話し合いから生まれた取組とされる。",
        "Said to have grown out of the talks in the council.",
    ),
)

PUBLICATIONS = (
    ("newsletter", "支え合い通信", "Newsletter of mutual support"),
    ("map", "通いの場マップ", "Map of gathering places"),
    ("list", "地域の支え合い活動の一覧", "List of mutual-support activities"),
    ("guidebook", "支え合い活動の手引き", "Guide to mutual-support activities"),
    ("pamphlet", "生活支援コーディネーターの紹介", "Pamphlet on the coordinators"),
    ("report", "協議体の活動報告", "Report on the council's work"),
    ("flyer", "担い手養成講座のちらし", "Flyer of the training course"),
    ("diagram", "支え合いの仕組みの図", "Diagram of mutual support"),
    ("video", "支え合い活動の紹介動画", "Video on mutual-support activities"),
)

TOPICS = (
    ("地域の支え合い活動についての情報共有", "Sharing information on mutual-support activities"),
    ("買い物と移動の困りごとについて", "On troubles with shopping and getting about"),
    ("通いの場の担い手について", "On those who run gathering places"),
    ("次年度の取組について", "On what to undertake next year"),
    ("地域ごとの協議体について", "On the councils of the areas"),
    ("生活支援コーディネーターの活動報告", "Report of the coordinators"),
    ("地域資源の一覧の作成について", "On making a list of local resources"),
)

SUBTOPICS = (
    ("課題の整理", "Sorting out the problems"),
    ("事例の紹介", "Examples"),
    ("意見の交換", "Exchange of opinions"),
)

FORMATS = {"in-person": "(対面)", "written": "(書面)", "hybrid": "(対面とオンライン)", "online": "(オンライン)"}

COUNCIL_NAMES = (
    ("支え合い推進会議", "Sasaeai suishin kaigi"),
    ("ささえあい協議体", "Sasaeai kyōgitai"),
    ("地域づくり会議", "Chiiki-zukuri kaigi"),
    ("助け合い創出会議", "Tasukeai sōshutsu kaigi"),
    ("お互いさま会議", "Otagaisama kaigi"),
)

COORDINATOR_NAMES = (
    ("生活支援コーディネーター", "Seikatsu shien kōdinētā"),
    ("地域支え合い推進員", "Chiiki sasaeai suishin-in"),
)

COUNCIL_KINDS = (
    ("協議体", "Kyōgitai"),
    ("話し合いの場", "Hanashiai no ba"),
)

SUBCOMMITTEES = (
    ("events", "催し分科会", "Events sub-committee"),
    ("mobility", "移動分科会", "Mobility sub-committee"),
    ("gathering-places", "居場所分科会", "Gathering-places sub-committee"),
    ("awareness", "啓発分科会", "Awareness sub-committee"),
)

MEMBER_KINDS = (
    "resident", "volunteer", "npo", "company", "social-welfare-corporation", "silver-human-resources",
    "welfare-commissioner", "older-persons-club", "neighbourhood-association", "community-support-centre",
    "care-provider", "coordinator",
)  # fmt: skip

BODIES = (
    ("social-welfare-council", "社会福祉法人 {city}社会福祉協議会", "{city} Social Welfare Council",
     "social-welfare-corporation", "social-welfare-council"),
    ("community-support-centre", "{city}地域包括支援センター", "{city} community support centre",
     None, "community-support-centre"),
    ("community-association", "一般社団法人 {city}支え合い協会", "{city} association of mutual support",
     "general-association", "social-welfare"),
    ("care-home", "社会福祉法人 {city}見本園", "Sample care home of {city}",
     "social-welfare-corporation", "social-welfare"),
    ("silver-human-resources-centre", "公益社団法人 {city}シルバー人材センター", "{city} Silver Human Resources Centre",
     "public-interest-association", "silver-human-resources"),
    ("older-persons-clubs", "{city}老人クラブ連合会", "{city} Federation of Older Persons' Clubs",
     None, "older-persons-group"),
    ("neighbourhood-associations", "{city}自治会連合会", "{city} Federation of Neighbourhood Associations",
     None, "resident-group"),
    ("hospital", "医療法人 {city}見本病院", "Sample hospital of {city}",
     "medical-corporation", "medical-care"),
    ("npo-1", "NPO法人 {city}助け合いの会", "Mutual-help NPO of {city}", "npo-corporation", "npo"),
    ("npo-2", "NPO法人 {city}移動支援の会", "Transport NPO of {city}", "npo-corporation", "npo"),
    ("company-1", "株式会社 {city}見本商店", "Sample shop of {city}", "stock-company", "company"),
    ("company-2", "株式会社 {city}見本介護", "Sample care company of {city}", "stock-company", "company"),
    ("volunteers", "{city}ボランティア連絡会", "{city} volunteers' liaison group", None, "resident-group"),
)  # fmt: skip
"""Bodies of one city: slug, name in Japanese and English, legal form and sector. The first four run programmes."""

SHARED_BODIES = (
    ("life-insurance", "見本生命保険相互会社", "Sample Life Insurance", "mutual-company", "insurance-finance"),
    ("transport", "見本運輸株式会社", "Sample Transport", "stock-company", "company"),
    ("security", "見本警備株式会社", "Sample Security", "stock-company", "company"),
    ("pharmacy", "見本薬局株式会社", "Sample Pharmacy", "stock-company", "company"),
    ("dairy", "見本乳業株式会社", "Sample Dairy", "stock-company", "company"),
    ("co-op", "生活協同組合 見本コープ", "Sample Co-op", "consumer-cooperative", "cooperative"),
    ("housing", "独立行政法人 見本住宅機構", "Sample Housing Agency", "incorporated-administrative-agency", "housing"),
    ("foundation", "公益財団法人 見本福祉財団", "Sample Welfare Foundation", "public-interest-foundation",
     "social-welfare"),
)  # fmt: skip

CASES = (
    ("consultation", "町内会", "a neighbourhood association", "集会所でサロンを始めたい",
     "They want to start a salon in their hall.",
     "活動の場を訪ね、登録の準備を手伝った。", "Visited them, and helped to prepare the registration."),
    ("visit", "サロンの参加者", "salon participants", "近くにどのような活動があるか知りたい",
     "They want to know what activities there are nearby.",
     "通いの場のマップを作って配った。", "A map of gathering places was made and handed out."),
    ("workshop", "地域の住民", "local residents", "買い物に行くための手助けがほしい",
     "They want help with getting to the shops.",
     "勉強会を開き、車を持つ住民と話し合った。", "A workshop was held with residents who have cars."),
    ("consultation", "集合住宅の管理人", "caretakers of apartment blocks", "住民どうしの見守りの進め方を知りたい",
     "They ask how residents can watch over one another.",
     "ほかの地区の例を紹介した。", "Examples of other districts were shown."),
    ("visit", "体操の集いの世話役", "those who run an exercise meeting", "世話をする人を増やしたい",
     "They want more people to help run it.",
     "養成講座を受けた人を引き合わせた。", "People who had attended the training course were introduced."),
)  # fmt: skip
"""Channel, who raised it, what was asked and what was done."""

MEASURES = (
    ("coordinator-meetings", "生活支援コーディネーター会議", "Coordinators' meetings", "回", 2),
    ("visits", "活動の場への訪問", "Visits", "件", 40),
    ("consultations", "活動についての相談", "Consultations", "件", 30),
    ("workshops", "勉強会の開催", "Workshops", "回", 3),
    ("symposia", "シンポジウムの開催", "Symposia", "回", 1),
)
"""What a report counts of a municipality month by month: indicator, names, the unit as written, the most in a month."""
