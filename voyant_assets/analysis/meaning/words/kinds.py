"""Words that name something other than a quantity: keys, moments, groups, places and prose. Data only."""

from __future__ import annotations

from voyant_assets.analysis.meaning.words.lists import phrases, word_set


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {word: kind for kind, words in rows.items() for word in words.split()}


IDENTITY: dict[str, str] = _table(
    {
        "id": "id ids uuid guid key pk fk rowid rownum rownumber oid uid identifier identifiant",
        "code": """
            code codes serial sku isbn issn ean upc gtin asin ssn iban bic swift vin plate licence license npi icd cpt ndc doi
            accession fips geoid cusip isin figi lei ticker symbol iata icao tail barcode hash checksum token passport account
            acct card mrn nhs ref reference po callsign imei imsi mac md5 sha1 sha256 sha commit cas taxid ein ric port mcc
        """,
        "name": "name fullname firstname lastname surname forename username login nickname alias displayname author title",
        "email": "email mail",
        "url": "url uri link href website homepage webpage referrer referer image img photo thumbnail avatar logo",
        "phone": "phone telephone tel mobile cell fax cellphone msisdn",
        "ip": "ip ipaddr ipaddress ipv4 ipv6",
    }
)
"""Word -> semantic type of an identifier."""

ENTITIES: frozenset[str] = word_set("""
        customer user patient subject participant respondent case invoice ticket flight employee student product item store shop
        player team game match device sensor station site plot household firm company merchant vendor supplier seller buyer client
        person worker agent driver passenger order transaction session visit booking reservation policy claim contract loan
        property listing house apartment building vehicle car truck bus train machine asset batch lot sample specimen experiment
        trial run tournament club athlete doctor physician nurse hospital ward school teacher course class section branch
        department warehouse parcel shipment package campaign ad post article book movie film song track album artist director
        actor publisher manufacturer maker brand airline carrier operator project task issue repo repository node host server
        process request beat event message thread channel country county district zone block tract precinct owner manager supervisor
        leader pid individual animal bird fish tree species strain gene protein chromosome compound drug candidate party horse
        jockey restaurant hotel room account advertiser fund stock security exchange bank
    """)
"""Nouns in the singular: as a number such a column is a key, as text it is a name."""

CALENDAR: dict[str, str] = _table(
    {
        "date": "date dates dob birthdate birthday deadline",
        "datetime": "datetime timestamp created updated modified createdat updatedat epoch utc asof",
        "time_of_day": "time clock hhmm tod timeofday",
        "year": "year years yr vintage fiscalyear fy",
        "quarter": "quarter qtr",
        "month": "month mth mon yearmonth yyyymm",
        "weekday": "weekday dow dayofweek",
        "day": "day dayofmonth dom doy dayofyear yday mday week weekofyear weeknum isoweek",
        "hour": "hour hr",
        "minute": "minute minutes",
        "second": "second seconds",
    }
)
"""Word -> calendar part. `minute` and `second` are written as time_of_day."""

GROUPS: dict[str, str] = _table(
    {
        "category": """
            category categories type types kind status state_of mode method channel segment group groups cluster source medium
            platform browser os device_type race ethnicity religion occupation profession job_title role industry sector subsector
            department dept division team_name brand make model series family_name genre colour color material shape breed species
            flavor flavour cuisine cat subcategory arm arms treatment treat cohort strata stratum marital nationality_group
            weather condition conditions reason cause outcome_type payment_type position pos side stance party winner result
            results theme topic tag label origin destination dest gateway plan product_line line format purpose phase_type
            diagnosis dx procedure service variant symptom regime style usage fuel_type transmission drivetrain
            neighbourhood_group language_group choice signal direction surface mood vendor_type segment_name cabin deck embarked
            who blood bloodtype allele genotype phenotype habitat alignment
        """,
        "ordinal": """
            ordinal class grade level tier rank ranking priority severity stage phase bucket band bracket bin likert scale
            quintile quartile decile tercile size_class educ education degree schooling agegroup agegrp agerange importance
            urgency risk_level medal place standing round seed heat rung step cut clarity strat period season difficulty health
            confidence_level generation satisfaction_level agreement position_order
        """,
        "boolean": """
            flag bool boolean active enabled deleted verified valid missing default smoker married employed_flag alive dead
        """,
        "country": "country countries nation nationality citizenship iso2 iso3 alpha2 alpha3",
        "region": """
            region state province county district area territory zone prefecture oblast canton department_fr continent
            neighbourhood neighborhood borough suburb municipality ward parish lga market governorate department_code subregion
            locality location constituency
        """,
        "city": "city town village commune airport_city municipality_name metro",
        "postal_code": "postal postcode zip zipcode postalcode",
        "gender": "gender sex",
        "currency_code": "currency ccy",
        "language": "language lang locale",
        "name": "",
    }
)
"""Word -> semantic type of a dimension."""

LOCATION: dict[str, str] = _table({"latitude": "lat latitude", "longitude": "lon lng long longitude"})

PROSE: frozenset[str] = word_set("""
        description desc comment comments note notes text message body content review feedback summary abstract remark remarks
        address street biography bio details detail explanation narrative answer question headline subject_line consensus
        transcript query instructions tweet caption plot synopsis useragent agent payload
    """)

OUTCOMES: frozenset[str] = word_set("""
        survived survival churn churned cens censored dead died death event events default defaulted fraud fraudulent phishing
        spam converted conversion clicked click purchased bought cancelled canceled returned readmitted success successful target
        outcome late won win passed failed failure approved disease positive relapse recurrence attrition left responded response
        subscribed retained accident delinquent malignant
    """)
"""Yes/no columns whose share of yes is the figure an analyst asks for."""

ORDER_WORDS: tuple[frozenset[str], ...] = tuple(
    phrases(steps)
    for steps in (
        """low|lo|medium|med|mid|moderate|middle|high|hi|very low|very high|none|minimal|extreme|severe|mild|critical|major|minor|
        normal|urgent|blocker|trivial""",
        "small|medium|large|s|m|l|xs|xl|xxl|xxs|3xl|extra large|extra small|tiny|huge|big",
        "bronze|silver|gold|platinum|diamond|basic|standard|premium|enterprise",
        "first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|6th|7th|8th|*|crew",
        "strongly disagree|disagree|neutral|agree|strongly agree|neither agree nor disagree|somewhat agree|somewhat disagree",
        """very dissatisfied|dissatisfied|neutral|satisfied|very satisfied|very poor|poor|fair|good|very good|excellent|ok|average|
        bad|very bad""",
        "never|rarely|sometimes|often|always|seldom|usually|daily|weekly|monthly|yearly",
        "junior|senior|mid|lead|principal|intern|staff|director|manager|entry|executive|associate",
        "beginner|intermediate|advanced|expert|novice|easy|hard|difficult|proficient",
        """primary|secondary|tertiary|high school|bachelor|bachelors|master|masters|phd|doctorate|some college|college|graduate|
        associate degree|none""",
        "infant|child|teen|teenager|adolescent|adult|senior|elderly|youth|juvenile|young|old|middle-aged",
        "a|b|c|d|e|f|a+|a-|b+|b-|c+|c-|d+|d-",
        "i|ii|iii|iv|v|vi|vii|stage i|stage ii|stage iii|stage iv",
        "spring|summer|autumn|fall|winter",
        "freshman|sophomore|junior|senior",
        "far left|left|center|centre|right|far right|very liberal|liberal|moderate|conservative|very conservative",
    )
)
"""Scales: a column whose values all lie on one of them is ordinal."""
