"""Columns as popular public exports name them, with values of their kind drawn at random; per column the roles a person accepts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

Cells = Callable[[random.Random, int], Sequence[Any]]
Roles = tuple[str, ...]
M, D, K, T, L, X, C = "measure", "dimension", "identifier", "time", "location", "text", "constant"
_START = datetime.fromisoformat("2015-01-01T00:00:00")
_FIRST = date(2020, 1, 1)
_WORDS = ["good", "bad", "nice", "room", "host", "place", "clean", "was", "the", "very", "quiet", "near"]


def ints(low: int, high: int) -> Cells:
    return lambda r, n: [r.randint(low, high) for _ in range(n)]


def ch(*values: Any) -> Cells:
    return lambda r, n: [r.choice(values) for _ in range(n)]


def dec(mean: float, spread: float, digits: int = 2) -> Cells:
    return lambda r, n: [round(abs(r.gauss(mean, spread)), digits) for _ in range(n)]


def logn(mean: float, spread: float, digits: int = 2) -> Cells:
    return lambda r, n: [round(x, digits) if digits else int(x) for x in (r.lognormvariate(mean, spread) for _ in range(n))]


def uniq(first: int, step: int) -> Cells:
    return lambda r, n: [first + i * step + r.randint(0, step - 1) for i in range(n)]


def seq(first: int) -> Cells:
    return lambda r, n: range(first, first + n)


def moments() -> Cells:
    return lambda r, n: [_START + timedelta(seconds=r.randrange(10**7)) for _ in range(n)]


def sdate(form: str) -> Cells:
    return lambda r, n: [(_START + timedelta(seconds=r.randrange(10**8))).strftime(form) for _ in range(n)]


def expo(rate: float) -> Cells:
    return lambda r, n: [int(r.expovariate(rate)) for _ in range(n)]


def text(least: int) -> Cells:
    return lambda r, n: [" ".join(r.choice(_WORDS) for _ in range(r.randint(least, 3 * least))) for _ in range(n)]


def code(form: str) -> Cells:
    return lambda r, n: [form.format(i + r.randrange(3) * 10**5, r.randrange(999)) for i in range(n)]


TABLES: dict[str, tuple[int, dict[str, tuple[Cells, Roles]]]] = {
    "taxi": (
        2000,
        {
            "VendorID": (ch(1, 2), (D, K)),
            "tpep_pickup_datetime": (moments(), (T,)),
            "passenger_count": (ch(1, 1, 1, 2, 3, 4, 5, 6), (M, D)),
            "trip_distance": (logn(1, 1), (M,)),
            "RatecodeID": (ch(1, 1, 1, 2, 3, 5), (D, K)),
            "store_and_fwd_flag": (ch("Y", "N"), (D,)),
            "PULocationID": (ints(1, 265), (D, K)),
            "payment_type": (ch(1, 2, 3, 4), (D,)),
            "fare_amount": (logn(2.5, 0.6), (M,)),
            "extra": (ch(0.0, 0.5, 1.0, 2.5, 3.5), (M, D)),
            "mta_tax": (ch(0.5, 0.5, 0.0), (M, D)),
            "tip_amount": (logn(1, 1), (M,)),
            "tolls_amount": (ch(0.0, 0.0, 6.55, 5.5, 12.2, 3.1, 8.8), (M,)),
            "improvement_surcharge": (ch(0.3, 1.0, 0.0), (M, D)),
            "total_amount": (logn(3, 0.6), (M,)),
            "congestion_surcharge": (ch(0.0, 2.5), (M, D)),
            "Airport_fee": (ch(0.0, 1.25), (M, D)),
        },
    ),
    "airbnb": (
        900,
        {
            "id": (uniq(2500, 900), (K,)),
            "name": (text(2), (K, X)),
            "host_id": (ints(10**4, 10**7), (K,)),
            "host_name": (ch(*["Anna", "Ben", "Carl", "Dora", "Eva", "Fritz", "Gina"]), (D, K)),
            "neighbourhood_group": (ch("Brooklyn", "Manhattan", "Queens"), (D,)),
            "neighbourhood": (ch(*[f"N{i} ville" for i in range(60)]), (D,)),
            "latitude": (dec(40.7, 0.05, 5), (L,)),
            "longitude": (lambda r, n: [-73.9 + r.random() / 10 for _ in range(n)], (L,)),
            "room_type": (ch("Private room", "Entire home/apt"), (D,)),
            "price": (logn(4.7, 0.7, 0), (M,)),
            "minimum_nights": (logn(1, 1, 0), (M,)),
            "number_of_reviews": (expo(0.03), (M,)),
            "last_review": (sdate("%Y-%m-%d"), (T,)),
            "reviews_per_month": (logn(0, 1), (M,)),
            "calculated_host_listings_count": (expo(0.2), (M,)),
            "availability_365": (ints(0, 365), (M,)),
        },
    ),
    "adult": (
        3000,
        {
            "age": (ints(17, 90), (M,)),
            "workclass": (ch("Private", "State-gov", "?"), (D,)),
            "fnlwgt": (logn(12, 0.5, 0), (M,)),
            "education": (ch("HS-grad", "Bachelors", "Masters"), (D,)),
            "education-num": (ints(1, 16), (D, M)),
            "marital-status": (ch("Never-married", "Divorced"), (D,)),
            "capital-gain": (ch(0, 0, 0, 0, 7688, 5178, 14084, 3103, 99999, 2174, 4386, 594, 1055), (M,)),
            "hours-per-week": (ints(1, 99), (M,)),
            "native-country": (ch("United-States", "Mexico", "Cuba"), (D,)),
            "occupation": (ch("Sales", "Exec", "Tech"), (D,)),
            "relationship": (ch("Husband", "Wife"), (D,)),
            "race": (ch("White", "Black"), (D,)),
            "sex": (ch("Male", "Female"), (D,)),
            "income": (ch("<=50K", ">50K"), (D,)),
        },
    ),
    "telco": (
        1500,
        {
            "customerID": (code("7590-{:05d}X{:03d}"), (K,)),
            "gender": (ch("Male", "Female"), (D,)),
            "SeniorCitizen": (ch(0, 0, 1), (D,)),
            "Partner": (ch("Yes", "No"), (D,)),
            "tenure": (ints(0, 72), (M,)),
            "PhoneService": (ch("Yes", "No"), (D,)),
            "MultipleLines": (ch("Yes", "No", "No phone service"), (D,)),
            "InternetService": (ch("DSL", "Fiber optic", "No"), (D,)),
            "Contract": (ch("Month-to-month", "One year", "Two year"), (D,)),
            "PaperlessBilling": (ch("Yes", "No"), (D,)),
            "PaymentMethod": (ch("Electronic check", "Mailed check"), (D,)),
            "MonthlyCharges": (dec(65, 25), (M,)),
            "TotalCharges": (dec(2200, 1500), (M,)),
            "Churn": (ch("Yes", "No"), (D,)),
        },
    ),
    "online_retail": (
        4000,
        {
            "InvoiceNo": (ch(*[str(536365 + i) for i in range(200)] + ["C536379"]), (K,)),
            "StockCode": (ch(*[f"{22000 + i}A" for i in range(700)] + ["POST"]), (K, D)),
            "Description": (ch(*[f"WHITE HANGING HEART {i} LIGHT HOLDER" for i in range(700)]), (X, D, K)),
            "Quantity": (expo(0.1), (M,)),
            "InvoiceDate": (sdate("%m/%d/%Y %H:%M"), (T,)),
            "UnitPrice": (logn(0.8, 0.8), (M,)),
            "CustomerID": (ints(12346, 18287), (K,)),
            "Country": (ch("United Kingdom", "France", "EIRE", "Germany"), (D,)),
        },
    ),
    "reviews": (
        1500,
        {
            "Id": (seq(1), (K,)),
            "ProductId": (code("B00{:04d}K{:02d}"), (K, D)),
            "UserId": (code("A3{:05d}Z{:03d}"), (K,)),
            "ProfileName": (ch(*[f"User {i} name" for i in range(1200)]), (K, D)),
            "HelpfulnessNumerator": (expo(0.5), (M,)),
            "HelpfulnessDenominator": (expo(0.4), (M,)),
            "Score": (ints(1, 5), (M, D)),
            "Time": (lambda r, n: [1_200_000_000 + 86400 * r.randrange(3000) for _ in range(n)], (T,)),
            "Summary": (text(3), (X,)),
            "Text": (text(30), (X,)),
        },
    ),
    "covid": (
        3000,
        {
            "iso_code": (ch("DEU", "FRA", "USA", "BRA", "IND", "GBR"), (D, K)),
            "continent": (ch("Europe", "Asia", "South America"), (D,)),
            "location": (ch("Germany", "France", "United States", "Brazil", "India"), (D, K)),
            "date": (lambda r, n: [date(2020, 1, 1) + timedelta(r.randrange(500)) for _ in range(n)], (T,)),
            "total_cases": (logn(12, 2, 0), (M,)),
            "new_cases": (logn(6, 2, 0), (M,)),
            "total_deaths": (logn(8, 2, 0), (M,)),
            "new_cases_smoothed": (logn(6, 2, 3), (M,)),
            "reproduction_rate": (dec(1, 0.3), (M,)),
            "icu_patients": (logn(5, 1, 0), (M,)),
            "hosp_patients": (logn(6, 1, 0), (M,)),
            "positive_rate": (dec(0.1, 0.05, 3), (M,)),
            "tests_per_case": (logn(2, 1, 1), (M,)),
            "people_vaccinated": (logn(14, 1, 0), (M,)),
            "stringency_index": (dec(60, 15), (M,)),
            "population": (ch(83000000, 67000000, 331000000, 212000000, 1380000000), (M,)),
            "median_age": (ch(46.6, 42.0, 38.3, 33.5, 28.2), (M, D)),
            "aged_65_older": (ch(21.453, 19.718, 15.413, 8.552, 5.989), (M, D)),
            "gdp_per_capita": (ch(45229.2, 38605.7, 54225.4, 14103.5, 6426.7), (M, D)),
            "handwashing_facilities": (ch(None, 59.55), (M, C, D)),
            "life_expectancy": (ch(81.33, 82.66, 78.86, 75.88, 69.66), (M, D)),
        },
    ),
    "crime": (
        4000,
        {
            "ID": (uniq(10**7, 500), (K,)),
            "Case Number": (code("HY{:06d}"), (K,)),
            "Date": (sdate("%m/%d/%Y %I:%M:%S %p"), (T,)),
            "Block": (ch(*[f"0{i}XX N STATE ST" for i in range(800)]), (X, D, K)),
            "IUCR": (ch("0486", "0870", "0810", "2023", "1310"), (D, K)),
            "Primary Type": (ch("THEFT", "BATTERY"), (D,)),
            "Description": (ch("SIMPLE", "OVER $500", "FROM BUILDING", "TO VEHICLE"), (D, X)),
            "Arrest": (ch(True, False), (D,)),
            "Beat": (ints(111, 2535), (D, K)),
            "District": (ints(1, 25), (D, K)),
            "Ward": (ints(1, 50), (D, K)),
            "Community Area": (ints(1, 77), (D, K)),
            "FBI Code": (ch("06", "08B", "14"), (D, K)),
            "X Coordinate": (ints(1100000, 1205000), (L, M)),
            "Y Coordinate": (ints(1813000, 1951000), (L, M)),
            "Year": (ints(2001, 2020), (T, D)),
            "Updated On": (sdate("%m/%d/%Y %I:%M:%S %p"), (T,)),
            "Location": (lambda r, n: [f"({41.8 + r.random() / 9:.6f}, {-87.6 - r.random() / 9:.6f})" for _ in range(n)], (X, L, D)),
        },
    ),
    "titanic_kaggle": (
        891,
        {
            "PassengerId": (seq(1), (K,)),
            "Survived": (ch(0, 1), (D,)),
            "Pclass": (ints(1, 3), (D,)),
            "Name": (lambda r, n: [f"Doe, Mr. John {i}" for i in range(n)], (K, X)),
            "Sex": (ch("male", "female"), (D,)),
            "Age": (dec(30, 14, 1), (M,)),
            "SibSp": (ch(0, 0, 0, 1, 1, 2, 3, 4, 5, 8), (M, D)),
            "Parch": (ch(0, 0, 0, 1, 2, 3, 4, 5, 6), (M, D)),
            "Ticket": (lambda r, n: [f"A/5 {r.randint(20000, 29999)}" for _ in range(n)], (K,)),
            "Fare": (logn(3, 0.9, 4), (M,)),
            "Cabin": (lambda r, n: [r.choice([None, None, None, f"C{r.randint(1, 120)}"]) for _ in range(n)], (D, K)),
            "Embarked": (ch("S", "C", "Q"), (D,)),
        },
    ),
    "loans": (
        2000,
        {
            "id": (uniq(10**6, 70), (K,)),
            "member_id": (uniq(2 * 10**6, 90), (K,)),
            "loan_amnt": (lambda r, n: [r.randrange(1000, 40000, 25) for _ in range(n)], (M,)),
            "term": (ch(" 36 months", " 60 months"), (D, X)),
            "int_rate": (lambda r, n: [f"{r.uniform(5, 25):.2f}%" for _ in range(n)], (X, M)),
            "installment": (dec(400, 200), (M,)),
            "grade": (ch(*"ABCDEFG"), (D,)),
            "sub_grade": (ch(*[a + b for a in "ABCDEFG" for b in "12345"]), (D,)),
            "emp_title": (ch(*[f"Job {i}" for i in range(900)]), (D, K, X)),
            "emp_length": (ch("10+ years", "< 1 year", "3 years", "5 years"), (D, X)),
            "home_ownership": (ch("RENT", "OWN", "MORTGAGE"), (D,)),
            "annual_inc": (logn(11, 0.5, 0), (M,)),
            "issue_d": (sdate("%b-%Y"), (T,)),
            "zip_code": (ch(*[f"{i:03d}xx" for i in range(100, 990)]), (D, K)),
            "addr_state": (ch("CA", "NY", "TX", "FL", "IL", "OH", "PA", "WA", "NJ"), (D,)),
            "dti": (dec(18, 8), (M,)),
            "delinq_2yrs": (expo(2), (M, D)),
            "fico_range_low": (lambda r, n: [r.randrange(660, 850, 5) for _ in range(n)], (M,)),
            "open_acc": (ints(1, 40), (M,)),
            "revol_util": (dec(50, 20, 1), (M,)),
            "total_pymnt": (logn(9, 0.7), (M,)),
            "last_pymnt_d": (sdate("%b-%Y"), (T,)),
            "policy_code": (lambda r, n: [1] * n, (C,)),
        },
    ),
    "ga": (
        1000,
        {
            "fullVisitorId": (lambda r, n: [str(r.randrange(10**18, 10**19)) for _ in range(n)], (K,)),
            "visitNumber": (expo(0.4), (M, K, D)),
            "visitStartTime": (lambda r, n: [1500000000 + r.randrange(10**7) for _ in range(n)], (T,)),
            "channelGrouping": (ch("Organic Search", "Direct", "Referral"), (D,)),
            "deviceCategory": (ch("desktop", "mobile"), (D,)),
            "browser": (ch("Chrome", "Safari"), (D,)),
            "isMobile": (ch(True, False), (D,)),
            "hits": (expo(0.2), (M,)),
            "pageviews": (expo(0.25), (M,)),
            "bounces": (ch(None, None, 1), (C,)),
            "timeOnSite": (expo(0.005), (M,)),
            "transactionRevenue": (logn(3, 1), (M,)),
            "adGroupId": (ints(10**9, 10**9 + 40), (K, D)),
            "keyword": (ch(*[f"kw {i}" for i in range(300)]), (D, X, K)),
            "landingPagePath": (ch("/home", "/shop?x=1", "/a/b"), (D, K, X)),
        },
    ),
    "sales_export": (
        800,
        {
            "Order ID": (code("CA-2016-{:06d}"), (K,)),
            "Order Date": (sdate("%d/%m/%Y"), (T,)),
            "Ship Date": (sdate("%d/%m/%Y"), (T,)),
            "Row ID": (seq(1), (K,)),
            "Customer ID": (ch(*[f"CG-{i}" for i in range(12000, 12300)]), (K,)),
            "Sales Rep": (ch("Ann Lee", "Bob Ray"), (D,)),
            "Units Sold": (ints(1, 100), (M,)),
            "Unit Cost ($)": (dec(30, 12), (M,)),
            "Gross Margin %": (dec(40, 9, 1), (M,)),
            "Fiscal Qtr": (ch("Q1", "Q2", "Q3", "Q4"), (D, T)),
            "FY": (ints(2019, 2023), (T, D)),
            "Week #": (ints(1, 52), (D, T)),
            "YTD Sales": (logn(9, 1), (M,)),
            "Store #": (ints(100, 180), (D, K)),
            "Territory": (ch("North", "South"), (D,)),
            "Priority": (ch("Low", "Medium", "High"), (D,)),
            "Target?": (ch("Y", "N"), (D,)),
            "Lead Source": (ch("Web", "Phone"), (D,)),
            "Est. Close": (sdate("%Y-%m-%d"), (T,)),
            "Win Probability": (ch(10, 20, 50, 75, 90), (M, D)),
        },
    ),
    "machines": (
        1500,
        {
            "UDI": (seq(1), (K,)),
            "Product ID": (code("L{:05d}"), (K,)),
            "Type": (ch("L", "M", "H"), (D,)),
            "Air temperature [K]": (dec(300, 2, 1), (M,)),
            "Process temperature [K]": (dec(310, 1.5, 1), (M,)),
            "Rotational speed [rpm]": (ints(1168, 2886), (M,)),
            "Torque [Nm]": (dec(40, 10, 1), (M,)),
            "Tool wear [min]": (ints(0, 253), (M,)),
            "Machine failure": (ch(0, 0, 0, 1), (D,)),
            "TWF": (ch(0, 0, 1), (D,)),
            "cycle": (ints(1, 300), (M, D, T)),
            "unit_number": (ints(1, 100), (K, D)),
            "op_setting_1": (dec(0.002, 0.001, 4), (M,)),
            "s1": (dec(640, 0.5), (M,)),
            "shift": (ch(1, 2, 3), (D,)),
            "operator": (ints(1001, 1040), (K, D)),
            "line": (ch("A1", "B2"), (D,)),
        },
    ),
}
