"""Words that name a quantity: what is measured, how it adds up and in which unit when the word itself says so. Data only.

`nature` decides the default aggregation: a `flow` adds up over rows (sales), a `stock` is counted at one moment (population),
        a `level`
is averaged (price, temperature), `each` is a count that belongs to one thing (bedrooms), `max`, `min` and `last` speak for
        themselves.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Nature = Literal["flow", "stock", "level", "each", "max", "min", "last", "none"]


class Quantity(NamedTuple):
    semantic_type: str
    nature: Nature = "level"
    unit: str | None = None


_NATURES: dict[str, Nature] = {nature: nature for nature in get_args(Nature)}
_TABLE: dict[str, str] = {
    "amount flow": """
        sales sale revenue revenues turnover profit profits earning earnings expense expenses expend expenditure expenditures cost
        costs spend spending spent payment payments paid pay amount amt fee fees tax taxes vat tip tips subtotal bill donation
        donations refund refunds budget gmv proceeds boxoffice debit deposit deposits withdrawal withdrawals commission
        commissions bonus freight charge charges fare fares margin loss invest investment funding subsidy exports imports export
        import grosses payout reimbursement toll tolls surcharge gratuity disbursement outlay purchases damages profitability
        ebitda ebit cogs opex capex extra surcharges
    """,
    "amount": """
        price prices salary salaries wage wages income incomes rent rents rental loan mortgage msrp cashflow compensation dollars
        euros ticketprice premium arpu aov ltv clv tuition allowance bid ask strike
    """,
    "amount stock": """
        balance gdp gnp assets equity debt cash wealth networth capital liabilities marketcap savings reserves consumption
    """,
    "count flow": """
        count counts cnt quantity quantities qty units unit orders visits visitors clicks impressions sessions views pageviews
        passengers births deaths marriages divorces cases votes vote ballots items transactions calls incidents accidents crimes
        murders homicides robberies burglaries reviews sold trips rides arrivals departures events wins downloads likes comments
        installs signups conversions purchases tickets requests hits errors failures admissions discharges infections fatalities
        injuries recoveries vaccinations tests shipments deliveries returns bookings reservations nights attendance awards oscars
        nominations medals trophies citations goals points runs assists rebounds steals blocks touchdowns shots fouls attempts
        words characters tokens occurrences frequency freq n tally retweets shares messages emails posts registrations
        applications pupils students books copies volumes flights
    """,
    "count stock": """
        population pop inhabitants residents people persons employees headcount staff workers labor labour employed unemployed
        employment jobs households enrollment enrolment followers subscribers members users customers onhand inventory stock
        vehicles teachers schools stores subscriptions clients
    """,
    "count each": """
        children kids seats capacity beds bedrooms bedroom bathrooms bathroom baths rooms floors stories storeys doors engines
        cylinders nodes siblings sibsp parch dependents dependants pregnancies parity gears gear carb legs lesions wives husbands
        guests adults babies infants bed cars pets lanes stops steps comorbidities platelets lymphocytes leukocytes wbc rbc cd4
        cd8 tries attempt retries pages
    """,
    "score": """
        metacritic metascore imdb tomatometer score scores rating ratings gpa stars elo satisfaction nps marks mmse apgar sat gre
        iq
    """,
    "index": "index cpi ppi hdi deflator indices bmi uvi aqi gini",
    "percentage level %": """
        percent pct percentage perc prozent porcentaje pourcentage pctl humidity humid unemp unemployment inflation infl soc
    """,
    "share": "share proportion fraction discount probability prob likelihood confidence portion turnout",
    "ratio": "ratio odds mpg quotient multiple efficiency leverage",
    "rate": "rate rates growth interest yield apr ctr cpm cpc bounce churnrate incidence prevalence mortality fertility",
    "temperature": """
        temp temperature temperatures tmax tmin tavg tmean dewpoint dewp dew sst celsius fahrenheit kelvin melting boiling
        freezing heatindex windchill
    """,
    "length": """
        height width length depth distance dist radius diameter elevation altitude alt visibility visib circumference girth
        thickness culmen flipper wingspan perimeter waist hip mileage odometer wheelbase sepal petal tail headroom tall stature
        legroom
    """,
    "length flow": "precipitation precip rainfall rain snow snowfall prcp snwd",
    "area": "area surface footprint acreage sqft sqm",
    "volume": "volume displacement disp displ litres liters gallons vol",
    "mass": "weight mass wt bodyweight payload tonnage birthweight bwt",
    "speed": "speed velocity wind gust windspeed gusts pace",
    "duration": """
        duration delay latency elapsed runtime lifetime tenure wait waiting lag uptime downtime experience lifespan survtime
        interval lead recency ttl ping survival followup expectancy
    """,
    "age level years": "age ages",
    "number": """
        pressure density energy power horsepower hp battery voltage current concentration glucose hemoglobin haemoglobin
        cholesterol ph radiation co2 co pm25 pm10 no2 so2 o3 nox noise luminosity luminance calories protein fat carbs sodium
        sugar fiber insulin creatinine albumin bilirubin coefficient value values measurement reading level amplitude phase torque
        acceleration conductivity turbidity salinity moisture brightness intensity magnitude mag vibration flow load resistance
        capacitance bandwidth throughput memory cpu size bytes filesize heartrate pulse systolic diastolic sbp dbp bp hdl ldl
        triglycerides potassium alcohol acidity chlorides sulphates residual electronegativity potential delta change difference
        diff variance std sd deviation zscore beta alpha sigma emissions emission production output luminous lux light cloud rpm x
        y z dose dosage strength hardness gas fuel co2e ghg ndvi amps watts volts
    """,
    "number none °": "direction bearing azimuth angle heading aspect",
    "number none": "coordinate coordinates coord coords easting northing",
    "amount last": "close closing adjclose settle vwap",
    "amount max": "high",
    "amount min": "low",
    "duration level years": "years",
    "duration level months": "months",
    "duration level weeks": "weeks",
    "duration level days": "days",
    "duration level hours": "hours",
    "duration level minutes": "minutes",
    "duration level seconds": "seconds",
    "duration level ms": "milliseconds millis",
}


def _quantity(key: str) -> Quantity:
    """`amount flow`, `duration level days`: semantic type, nature, unit."""
    kind, nature, unit = ([*key.split(" ", 2), "", ""])[:3]
    return Quantity(kind, _NATURES.get(nature, "level"), unit or None)


QUANTITIES: dict[str, Quantity] = {word: _quantity(key) for key, words in _TABLE.items() for word in words.split()}

_COMPOUND_TABLE: dict[str, str] = {
    "count stock": "labor force|labour force|work force|civilian labor|head count|open interest",
    "amount flow": "box office|net income|gross income|operating income|net profit|cash flow|capital gain|capital loss",
    "amount stock": "market cap|market capitalization|net worth|money supply|credit limit",
    "duration level years": "life expectancy|life exp",
    "duration": "response time|lead time|wait time|travel time|flight time|air time|lap time|run time|processing time|over time",
    "number level bpm": "heart rate|pulse rate",
    "number level mmHg": "blood pressure",
    "number": "bit rate|frame rate|flow rate|sampling rate|refresh rate|resting bp|exchange rate|fx rate",
    "percentage level %": "unemployment rate|inflation rate|interest rate|completion rate|literacy rate",
    "rate": "birth rate|death rate|mortality rate|crime rate|growth rate|fertility rate|conversion rate|click rate|churn rate",
    "index": "price index|body mass index",
    "amount": "hourly rate|daily rate|monthly rate|day rate|room rate|nightly rate|billing rate|credit amount|household income",
    "score": "credit score|z score|test score|quality score",
    "count each": "sib sp|party size|family size|household size|group size|team size|batch size|carat count",
    "area": "living area|lot size|floor area|land area|lot area|square feet|square meters|square footage|sq ft|sq m",
    "length": "sea level|water level|ground clearance|tree height",
    "volume": "engine size|tank size",
    "mass": "weight loss|wt loss|weight gain",
}

COMPOUNDS: dict[tuple[str, ...], Quantity] = {
    tuple(phrase.split()): _quantity(key) for key, text in _COMPOUND_TABLE.items() for phrase in text.split("|")
}
"""Neighbouring words that mean something else together."""
