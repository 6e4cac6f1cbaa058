"""Places, currencies and languages by which values are recognised. Data only: the commonest spellings, not a gazetteer."""

from __future__ import annotations

from voyant_assets.analysis.meaning.words.lists import phrases, word_set

COUNTRIES: frozenset[str] = phrases(
    """afghanistan|albania|algeria|andorra|angola|argentina|armenia|australia|austria|azerbaijan|bahamas|bahrain|bangladesh|
    barbados|belarus|belgium|belize|benin|bhutan|bolivia|bosnia and herzegovina|botswana|brazil|brunei|bulgaria|
    burkina faso|burundi|cambodia|cameroon|canada|cape verde|central african republic|chad|chile|china|colombia|comoros|
    congo|congo, dem. rep.|congo, rep.|costa rica|croatia|cuba|cyprus|czech republic|czechia|denmark|djibouti|dominica|
    dominican republic|ecuador|egypt|el salvador|equatorial guinea|eritrea|estonia|eswatini|swaziland|ethiopia|fiji|finland|
    france|gabon|gambia|georgia|germany|ghana|greece|grenada|guatemala|guinea|guinea-bissau|guyana|haiti|honduras|hong kong|
    hungary|iceland|india|indonesia|iran|iraq|ireland|israel|italy|ivory coast|cote d'ivoire|jamaica|japan|jordan|
    kazakhstan|kenya|kiribati|kosovo|kuwait|kyrgyzstan|laos|latvia|lebanon|lesotho|liberia|libya|liechtenstein|lithuania|
    luxembourg|madagascar|malawi|malaysia|maldives|mali|malta|mauritania|mauritius|mexico|micronesia|moldova|monaco|
    mongolia|montenegro|morocco|mozambique|myanmar|burma|namibia|nepal|netherlands|the netherlands|new zealand|nicaragua|
    niger|nigeria|north korea|korea, dem. rep.|north macedonia|macedonia|norway|oman|pakistan|palestine|panama|
    papua new guinea|paraguay|peru|philippines|poland|portugal|puerto rico|qatar|romania|russia|russian federation|rwanda|
    samoa|san marino|sao tome and principe|saudi arabia|senegal|serbia|seychelles|sierra leone|singapore|slovakia|
    slovak republic|slovenia|solomon islands|somalia|south africa|south korea|korea|korea, rep.|republic of korea|
    south sudan|spain|sri lanka|sudan|suriname|sweden|switzerland|syria|taiwan|tajikistan|tanzania|thailand|timor-leste|
    togo|tonga|trinidad and tobago|tunisia|turkey|türkiye|turkmenistan|uganda|ukraine|united arab emirates|uae|
    united kingdom|uk|great britain|england|scotland|wales|united states|united states of america|usa|u.s.a.|us|uruguay|
    uzbekistan|vanuatu|venezuela|vietnam|viet nam|yemen|zambia|zimbabwe|reunion|slovak|deutschland|frankreich|spanien|
    italien|österreich|schweiz|españa|brasil|méxico|yugoslavia|ussr|soviet union|czechoslovakia|east germany|west germany|
    zaire|greenland|guam|bermuda|aruba|macau|macao"""
)

ISO2: frozenset[str] = (
    word_set("""ad ae af ag ai al am ao ar at au aw az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cf cg ch ci cl cm cn
co cr cu cv cy cz de dj dk dm do dz ec ee eg er es et fi fj fm fo fr ga gb gd ge gf gh gi gl gm gn gp gq gr gt gu gw gy
hk hn hr ht hu id ie il in iq ir is it jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc
md me mg mk ml mm mn mo mr mt mu mv mw mx my mz na ne ng ni nl no np nz om pa pe pf pg ph pk pl pr ps pt pw py qa ro rs
ru rw sa sb sc sd se sg si sk sl sm sn so sr ss st sv sy sz td tg th tj tl tm tn to tr tt tv tw tz ua ug uk us uy uz ve
vn vu ws ye za zm zw""")
)

ISO3: frozenset[str] = (
    word_set("""afg alb dza and ago arg arm aus aut aze bhs bhr bgd brb blr bel blz ben btn bol bih bwa bra brn bgr bfa bdi khm cmr can
cpv caf tcd chl chn col com cog cod cri civ hrv cub cyp cze dnk dji dma dom ecu egy slv gnq eri est swz eth fji fin fra
gab gmb geo deu gha grc grd gtm gin gnb guy hti hnd hkg hun isl ind idn irn irq irl isr ita jam jpn jor kaz ken kir prk
kor xkx kwt kgz lao lva lbn lso lbr lby lie ltu lux mac mdg mwi mys mdv mli mlt mrt mus mex fsm mda mco mng mne mar moz
mmr nam npl nld nzl nic ner nga mkd nor omn pak pse pan png pry per phl pol prt pri qat rou rus rwa wsm smr stp sau sen
srb syc sle sgp svk svn slb som zaf ssd esp lka sdn sur swe che syr twn tjk tza tha tls tgo ton tto tun tur tkm uga ukr
are gbr usa ury uzb vut ven vnm yem zmb zwe ger ned den sui rsa por gre cro bul tch urs eun frg gdr yug tpe""")
)

US_STATES: frozenset[str] = phrases(
    """alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|
    iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|
    nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|
    rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|
    wyoming|district of columbia|puerto rico|ontario|quebec|british columbia|alberta|manitoba|saskatchewan|nova scotia|
    new brunswick|newfoundland and labrador|prince edward island|new south wales|victoria|queensland|tasmania|
    south australia|western australia|northern territory|bayern|bavaria|berlin|hamburg|hessen|sachsen|thüringen|saarland|
    niedersachsen|brandenburg|bremen|baden-württemberg|nordrhein-westfalen|rheinland-pfalz|schleswig-holstein|
    sachsen-anhalt|mecklenburg-vorpommern"""
)

US_STATE_CODES: frozenset[str] = (
    word_set("""al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc
sd tn tx ut vt va wa wv wi wy dc pr""")
)

REGIONS: frozenset[str] = phrases(
    """africa|asia|europe|americas|america|north america|south america|latin america|oceania|antarctica|middle east|caribbean|
    central america|western europe|eastern europe|northern europe|southern europe|east asia|south asia|southeast asia|
    central asia|sub-saharan africa|emea|apac|amer|latam|na|eu|north|south|east|west|northeast|northwest|southeast|
    southwest|north east|north west|south east|south west|midwest|central|northern|southern|eastern|western|usa|us|japan"""
)

CURRENCIES: frozenset[str] = (
    word_set("""usd eur gbp jpy chf cad aud nzd cny hkd sgd sek nok dkk pln czk huf ron bgn try rub uah inr idr thb myr php vnd krw twd
brl mxn ars clp cop pen zar ngn kes egp mad ils aed sar qar kwd bhd omr pkr bdt lkr isk btc eth""")
)

LANGUAGES: frozenset[str] = (
    phrases("""english|german|french|spanish|italian|portuguese|dutch|russian|chinese|mandarin|cantonese|japanese|korean|arabic|hindi|
bengali|turkish|polish|swedish|danish|norwegian|finnish|greek|hebrew|czech|hungarian|romanian|ukrainian|thai|vietnamese|
indonesian|persian|urdu|tamil""")
)

MONTHS: frozenset[str] = (
    word_set("""january february march april may june july august september october november december jan feb mar apr jun jul aug sep
sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août
septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre""")
)
WEEKDAYS: frozenset[str] = (
    word_set("""monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun montag dienstag
mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles
jueves viernes sábado domingo mo tu we th fr sa su""")
)
QUARTERS: frozenset[str] = word_set("q1 q2 q3 q4 1q 2q 3q 4q")

GENDERS: frozenset[str] = (
    word_set("""male female m f man woman men women boy girl other nonbinary non-binary unknown u x both diverse trans masculino
femenino männlich weiblich""")
)
BOOLEANS: tuple[frozenset[str], ...] = tuple(
    frozenset(pair.split())
    for pair in (
        "yes no",
        "y n",
        "true false",
        "t f",
        "on off",
        "1 0",
        "ja nein",
        "oui non",
        "si no",
        "sí no",
        "pass fail",
        "positive negative",
        "active inactive",
        "enabled disabled",
        "present absent",
        "alive dead",
    )
)
