"""Invented tables of many domains with labels by hand: `role/semantic_type/aggregation`, alternatives separated by bars.

The tables are drawn from seeded generators; labels were written down before any rule had seen them.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

Table = dict[str, tuple[str, Sequence[Any]]]
_FIRST = [
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Elif",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Kim",
    "Lars",
    "Mina",
    "Noor",
    "Olga",
    "Pavel",
    "Quinn",
    "Rosa",
    "Sven",
    "Tara",
]
_LAST = [
    "Adler",
    "Bauer",
    "Costa",
    "Dietz",
    "Evans",
    "Fuchs",
    "Garcia",
    "Huber",
    "Ivanov",
    "Jansen",
    "Keller",
    "Lopez",
    "Meyer",
    "Novak",
    "Okafor",
    "Patel",
    "Rossi",
    "Smith",
    "Tran",
    "Weber",
]
_WORDS = [
    "the",
    "delivery",
    "arrived",
    "late",
    "but",
    "support",
    "was",
    "very",
    "helpful",
    "and",
    "we",
    "would",
    "order",
    "again",
    "next",
    "time",
    "because",
    "quality",
    "is",
    "good",
]
_NEW_YEAR = datetime.fromisoformat("2024-01-01T00:00:00")


def _people(r: random.Random, n: int) -> list[str]:
    return [f"{r.choice(_FIRST)} {r.choice('ABCDEFGHKLMR')}. {r.choice(_LAST)}" for _ in range(n)]


def _text(r: random.Random, low: int = 8, high: int = 25) -> str:
    return " ".join(r.choice(_WORDS) for _ in range(r.randint(low, high))).capitalize() + "."


def _days(r: random.Random, n: int, first: date = date(2023, 1, 1), span: int = 500) -> list[date]:
    return [first + timedelta(days=r.randrange(span)) for _ in range(n)]


def orders(r: random.Random) -> Table:
    n = 800
    quantity = [r.choice([1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10]) for _ in range(n)]
    price = [round(r.lognormvariate(3, 0.8), 2) for _ in range(n)]
    return {
        "order_id": ("identifier/id/count_distinct|none", [100_000 + i // 2 for i in range(n)]),
        "line_no": ("dimension|identifier|measure/ordinal|code|id|number|category/none|count_distinct", [1 + i % 2 for i in range(n)]),
        "customer_id": ("identifier/id|code/count_distinct|none", [r.randint(1000, 1300) for _ in range(n)]),
        "order_date": ("time/date/none|max|min", _days(r, n)),
        "sku": ("identifier|dimension/code|id/count_distinct|none", [f"SKU-{r.randint(1000, 1120)}" for _ in range(n)]),
        "product_name": (
            "dimension/name|category/none|count_distinct",
            [f"{r.choice(['Desk', 'Lamp', 'Chair', 'Shelf'])} {r.choice(_LAST)}" for _ in range(n)],
        ),
        "product_category": ("dimension/category/none|count_distinct", [r.choice(["Office", "Home", "Garden"]) for _ in range(n)]),
        "unit_price": ("measure/amount/mean|median", price),
        "qty": ("measure/count/sum|mean", quantity),
        "discount_pct": ("measure|dimension/percentage|ordinal/mean|median|none", [r.choice([0, 0, 0, 5, 10, 15, 20]) for _ in range(n)]),
        "tax_amount": ("measure/amount/sum", [round(p * q * 0.19, 2) for p, q in zip(price, quantity, strict=True)]),
        "line_total": ("measure/amount|number/sum", [round(p * q, 2) for p, q in zip(price, quantity, strict=True)]),
        "currency": ("dimension/currency_code/none|count_distinct", [r.choice(["EUR", "USD", "GBP"]) for _ in range(n)]),
        "ship_country": ("dimension/country/none|count_distinct", [r.choice(["DE", "FR", "GB", "US", "NL"]) for _ in range(n)]),
        "is_gift": ("dimension/boolean/none|mean|count_distinct", [r.random() < 0.1 for _ in range(n)]),
        "status": ("dimension/category|ordinal/none|count_distinct", [r.choice(["shipped", "pending", "returned"]) for _ in range(n)]),
        "coupon_code": (
            "dimension|identifier/code|category/none|count_distinct",
            [r.choice([None, None, "SAVE10", "WELCOME", "VIP20"]) for _ in range(n)],
        ),
    }


def patients(r: random.Random) -> Table:
    n = 400
    return {
        "patient_id": ("identifier/id|code/count_distinct|none", [f"P{10000 + i}" for i in range(n)]),
        "admission_dt": ("time/datetime/none|max|min", [_NEW_YEAR + timedelta(minutes=r.randrange(700_000)) for _ in range(n)]),
        "date_of_birth": ("time/date/none|max|min", _days(r, n, date(1930, 1, 1), 30_000)),
        "sex": ("dimension/gender/none|count_distinct", [r.choice("MF") for _ in range(n)]),
        "age_years": ("measure/age|duration/mean|median", [r.randint(0, 99) for _ in range(n)]),
        "height_cm": ("measure/length/mean|median", [round(r.gauss(170, 10), 1) for _ in range(n)]),
        "weight_kg": ("measure/mass/mean|median", [round(r.gauss(75, 14), 1) for _ in range(n)]),
        "bmi": ("measure/index|ratio|number/mean|median", [round(r.gauss(26, 4), 1) for _ in range(n)]),
        "systolic_bp": ("measure/number/mean|median", [r.randint(95, 190) for _ in range(n)]),
        "body_temp_c": ("measure/temperature/mean|median", [round(r.gauss(37, 0.7), 1) for _ in range(n)]),
        "heart_rate_bpm": ("measure/number|rate/mean|median", [r.randint(48, 130) for _ in range(n)]),
        "icd10_code": (
            "dimension|identifier/code|category/none|count_distinct",
            [r.choice(["I10", "E11.9", "J45", "M54.5", "F32"]) for _ in range(n)],
        ),
        "asa_class": ("dimension/ordinal|category/none|count_distinct", [r.choice([1, 2, 2, 3, 4]) for _ in range(n)]),
        "smoker": ("dimension/boolean/none|mean|count_distinct", [r.choice(["yes", "no"]) for _ in range(n)]),
        "length_of_stay_days": ("measure/duration/median|mean|sum", [int(r.expovariate(0.2)) for _ in range(n)]),
        "n_prior_visits": ("measure/count/sum|mean|median", [int(r.expovariate(0.5)) for _ in range(n)]),
        "died": ("dimension/boolean/mean|sum|none", [int(r.random() < 0.07) for _ in range(n)]),
        "notes": ("text/free_text/none", [_text(r) for _ in range(n)]),
        "hospital": ("dimension/category|name/none|count_distinct", [r.choice(["St. Mary", "Charité", "Mercy West"]) for _ in range(n)]),
    }


def sensor_readings(r: random.Random) -> Table:
    n = 1000
    return {
        "ts": ("time/datetime/none|max|min", [1_700_000_000 + 60 * (i // 5) for i in range(n)]),
        "device_id": ("identifier|dimension/id|code/count_distinct|none", [f"dev-{i % 5:03d}" for i in range(n)]),
        "temp_c": ("measure/temperature/mean|median", [round(r.gauss(21, 2), 2) for _ in range(n)]),
        "humidity_pct": ("measure/percentage/mean|median", [round(r.uniform(30, 70), 1) for _ in range(n)]),
        "pressure_hpa": ("measure/number/mean|median", [round(r.gauss(1013, 8), 1) for _ in range(n)]),
        "battery_v": ("measure/number/mean|median|last|min", [round(r.uniform(3.1, 4.2), 2) for _ in range(n)]),
        "rssi_dbm": ("measure/number/mean|median", [r.randint(-95, -40) for _ in range(n)]),
        "co2_ppm": ("measure/number/mean|median", [r.randint(400, 1800) for _ in range(n)]),
        "lat": ("location/latitude/none", [round(52.5 + (i % 5) / 100, 4) + (i % 7) / 1000 for i in range(n)]),
        "lon": ("location/longitude/none", [round(13.4 + (i % 5) / 100, 4) + (i % 7) / 1000 for i in range(n)]),
        "fault_code": (
            "dimension|identifier/code|category|ordinal/none|count_distinct",
            [r.choice([0, 0, 0, 0, 11, 12, 40]) for _ in range(n)],
        ),
        "online": ("dimension/boolean/none|mean|count_distinct", [int(r.random() < 0.95) for _ in range(n)]),
        "firmware": ("dimension|identifier/code|category/none|count_distinct", [r.choice(["1.0.3", "1.1.0", "2.0.1"]) for _ in range(n)]),
        "vibrationRms": ("measure/number/mean|median", [round(r.expovariate(3), 4) for _ in range(n)]),
    }


def staff(r: random.Random) -> Table:
    n = 300
    return {
        "EmployeeNumber": ("identifier/id|code/count_distinct|none", [2000 + 3 * i + r.randint(0, 2) for i in range(n)]),
        "FullName": ("identifier/name/count_distinct|none", _people(r, n)),
        "Email": ("identifier/email/count_distinct|none", [f"user{i}@example.com" for i in range(n)]),
        "Department": ("dimension/category|name/none|count_distinct", [r.choice(["Sales", "R&D", "HR", "IT"]) for _ in range(n)]),
        "JobTitle": (
            "dimension/category|name|ordinal/none|count_distinct",
            [r.choice(["Engineer", "Analyst", "Manager", "Clerk", "Director"]) for _ in range(n)],
        ),
        "HireDate": ("time/date/none|max|min", [d.strftime("%d/%m/%Y") for d in _days(r, n, date(2005, 1, 1), 6000)]),
        "AnnualSalary": ("measure/amount/mean|median", [round(r.lognormvariate(10.9, 0.3), -2) for _ in range(n)]),
        "BonusPercent": (
            "measure|dimension/percentage|ordinal|share/mean|median|none",
            [r.choice([0.0, 0.05, 0.1, 0.15, 0.2]) for _ in range(n)],
        ),
        "PerformanceRating": ("measure|dimension/score|ordinal/mean|median|none", [r.choice([1, 2, 3, 3, 4, 4, 5]) for _ in range(n)]),
        "YearsAtCompany": ("measure/duration|number|count/mean|median", [int(r.expovariate(0.15)) for _ in range(n)]),
        "Attrition": ("dimension/boolean/none|mean|sum|count_distinct", [r.choice(["Yes", "No", "No"]) for _ in range(n)]),
        "MaritalStatus": ("dimension/category/none|count_distinct", [r.choice(["Single", "Married", "Divorced"]) for _ in range(n)]),
        "EducationLevel": ("dimension/ordinal|category/none|count_distinct", [r.choice([1, 2, 3, 4, 5]) for _ in range(n)]),
        "DistanceFromHome": ("measure/length|number/mean|median", [r.randint(1, 29) for _ in range(n)]),
        "ManagerID": ("identifier|dimension/id|code/count_distinct|none", [2000 + r.randint(0, 60) for _ in range(n)]),
        "OverTime": ("dimension/boolean/none|mean|count_distinct", [r.choice(["Yes", "No"]) for _ in range(n)]),
        "StandardHours": ("constant/duration|number|count|amount/none", [80] * n),
        "Phone": ("identifier/phone/count_distinct|none", [f"+49 30 {r.randint(1000000, 9999999)}" for _ in range(n)]),
    }


def web_log(r: random.Random) -> Table:
    n = 1200
    return {
        "timestamp": ("time/datetime/none|max|min", [_NEW_YEAR + timedelta(seconds=r.randrange(900_000)) for _ in range(n)]),
        "request_id": ("identifier/id|code/count_distinct|none", [str(uuid.UUID(int=r.getrandbits(128))) for _ in range(n)]),
        "client_ip": (
            "identifier/ip/count_distinct|none",
            [f"10.{r.randrange(9)}.{r.randrange(256)}.{r.randrange(256)}" for _ in range(n)],
        ),
        "method": ("dimension/category/none|count_distinct", [r.choice(["GET", "GET", "POST", "PUT"]) for _ in range(n)]),
        "path": (
            "dimension|identifier|text/category|url|name|code|free_text/none|count_distinct",
            [r.choice(["/", "/login", "/cart", "/api/v1/items", "/search"]) for _ in range(n)],
        ),
        "status_code": (
            "dimension/code|category|ordinal/none|count_distinct",
            [r.choice([200, 200, 200, 301, 404, 500]) for _ in range(n)],
        ),
        "bytes_sent": ("measure/number|count/sum|mean|median", [int(r.lognormvariate(8, 1.3)) for _ in range(n)]),
        "response_time_ms": ("measure/duration/median|mean", [round(r.lognormvariate(4, 0.9), 1) for _ in range(n)]),
        "user_agent": (
            "text|dimension/free_text|category|name/none|count_distinct",
            [f"Mozilla/5.0 ({r.choice(['X11; Linux', 'Windows NT 10.0', 'Macintosh'])}) Gecko/{r.randint(100, 140)}" for _ in range(n)],
        ),
        "referer": (
            "identifier|dimension/url|category/count_distinct|none",
            [r.choice([None, "https://example.org/a", "https://example.org/b", "https://news.example.net/"]) for _ in range(n)],
        ),
        "session_id": ("identifier/id|code/count_distinct|none", [f"{r.getrandbits(64):016x}" for _ in range(n)]),
        "country_code": (
            "dimension/country|code/none|count_distinct",
            [r.choice(["DE", "FR", "US", "GB", "IN", "BR", "JP", "NL", "ES", "IT"]) for _ in range(n)],
        ),
        "http_version": ("dimension/category|ordinal|code/none|count_distinct", [r.choice([1.0, 1.1, 2.0]) for _ in range(n)]),
        "is_bot": ("dimension/boolean/none|mean|sum|count_distinct", [r.choice([0, 0, 0, 1]) for _ in range(n)]),
    }


def bank_transactions(r: random.Random) -> Table:
    n = 900
    return {
        "txn_id": ("identifier/id|code/count_distinct|none", [9_000_000_000 + 17 * i for i in range(n)]),
        "account_no": ("identifier/code|id/count_distinct|none", [r.randint(10_000_000, 10_000_080) for _ in range(n)]),
        "iban": ("identifier/code|id/count_distinct|none", [f"DE{r.randint(10, 99)}{r.randint(10**17, 10**18 - 1)}" for _ in range(n)]),
        "booking_date": ("time/date/none|max|min", [int(d.strftime("%Y%m%d")) for d in _days(r, n)]),
        "amount": ("measure/amount/sum", [round(r.gauss(-20, 300), 2) for _ in range(n)]),
        "balance_after": ("measure/amount/last|mean|median", [round(r.uniform(100, 9000), 2) for _ in range(n)]),
        "currency_code": ("constant/currency_code/none", ["EUR"] * n),
        "mcc": ("dimension|identifier/code|category/none|count_distinct", [r.choice([5411, 5812, 4111, 5999, 6011]) for _ in range(n)]),
        "merchant": (
            "dimension/name|category/none|count_distinct",
            [r.choice(["Corner Shop", "City Rail", "Big Market", "Cafe Uno", "Book World"]) for _ in range(n)],
        ),
        "txn_type": ("dimension/category|code/none|count_distinct", [r.choice(["debit", "credit"]) for _ in range(n)]),
        "description": ("text|dimension/free_text|name|category/none|count_distinct", [_text(r, 3, 7) for _ in range(n)]),
        "fraud_flag": ("dimension/boolean/mean|sum|none", [int(r.random() < 0.03) for _ in range(n)]),
        "branch": ("dimension|identifier/code|category/none|count_distinct", [r.choice([101, 102, 205, 310]) for _ in range(n)]),
        "interest_rate": ("measure/rate|percentage|share/mean|median", [round(r.uniform(0.5, 6.5), 2) for _ in range(n)]),
    }


def survey(r: random.Random) -> Table:
    n = 350
    scale = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    return {
        "RespondentID": ("identifier/id|code/count_distinct|none", [11_800_000_000 + r.randint(0, 9_999_999) for _ in range(n)]),
        "StartDate": (
            "time/datetime|date/none|max|min",
            [f"{d:%m/%d/%Y} {r.randint(8, 20):02d}:{r.randint(0, 59):02d}" for d in _days(r, n)],
        ),
        "age_group": (
            "dimension/ordinal|category/none|count_distinct",
            [r.choice(["18-24", "25-34", "35-44", "45-54", "55+"]) for _ in range(n)],
        ),
        "gender": ("dimension/gender/none|count_distinct", [r.choice(["Male", "Female", "Other"]) for _ in range(n)]),
        "q1": ("dimension|measure/ordinal|score|category/none|mean|median|count_distinct", [r.randint(1, 5) for _ in range(n)]),
        "q2": ("dimension|measure/ordinal|score|category/none|mean|median|count_distinct", [r.randint(1, 7) for _ in range(n)]),
        "q3_agree": ("dimension/ordinal|category/none|count_distinct", [r.choice(scale) for _ in range(n)]),
        "q4_other": ("text/free_text/none", [r.choice([None, _text(r)]) for _ in range(n)]),
        "nps": ("measure|dimension/score|ordinal/mean|median|none", [r.randint(0, 10) for _ in range(n)]),
        "household_size": ("measure|dimension/count|number|ordinal/mean|median|none", [r.choice([1, 2, 2, 3, 4, 5, 6]) for _ in range(n)]),
        "income_bracket": (
            "dimension/ordinal|category/none|count_distinct",
            [r.choice(["<20k", "20k-40k", "40k-60k", "60k+"]) for _ in range(n)],
        ),
        "education": (
            "dimension/ordinal|category/none|count_distinct",
            [r.choice(["High school", "Bachelor", "Master", "PhD"]) for _ in range(n)],
        ),
        "employment": (
            "dimension/category/none|count_distinct",
            [r.choice(["Full-time", "Part-time", "Student", "Retired"]) for _ in range(n)],
        ),
        "zip": ("dimension|identifier/postal_code|code/none|count_distinct", [f"{r.randint(1000, 99999):05d}" for _ in range(n)]),
        "completed": ("dimension/boolean/none|mean|count_distinct", [r.choice(["Y", "N"]) for _ in range(n)]),
        "duration_sec": ("measure/duration/median|mean", [r.randint(60, 1900) for _ in range(n)]),
        "weight": ("measure/number|mass|share|ratio/mean|median|sum|none", [round(r.uniform(0.4, 2.2), 4) for _ in range(n)]),
        "language": ("dimension/language|category/none|count_distinct", [r.choice(["en", "de", "fr"]) for _ in range(n)]),
    }


def inventory(r: random.Random) -> Table:
    n = 250
    return {
        "item_no": ("identifier/id|code/count_distinct|none", [f"{r.choice('ABC')}{i:05d}" for i in range(n)]),
        "ean13": ("identifier/code|id/count_distinct|none", [4_000_000_000_000 + r.randrange(10**11) for _ in range(n)]),
        "item_desc": (
            "identifier|text|dimension/name|free_text/count_distinct|none",
            [f"{r.choice(_WORDS)} {r.choice(_LAST)} {i}" for i in range(n)],
        ),
        "warehouse": ("dimension/category|code|name/none|count_distinct", [r.choice(["W1", "W2", "W3"]) for _ in range(n)]),
        "bin_location": (
            "dimension|identifier/code|category|region/none|count_distinct",
            [f"{r.choice('ABCD')}-{r.randint(1, 30):02d}-{r.randint(1, 5)}" for _ in range(n)],
        ),
        "qty_on_hand": ("measure/count/sum|last|mean|median", [r.randint(0, 900) for _ in range(n)]),
        "reorder_level": (
            "measure|dimension/count|number|ordinal/mean|median|none",
            [r.choice([10, 20, 25, 50, 80, 100, 150, 200, 220, 250]) for _ in range(n)],
        ),
        "unit_cost": ("measure/amount/mean|median|sum", [round(r.lognormvariate(2, 1), 2) for _ in range(n)]),
        "last_restock": ("time/date/none|max|min", _days(r, n)),
        "supplier": ("dimension/name|category/none|count_distinct", [r.choice(["Acme GmbH", "Nord AG", "Pacific Ltd"]) for _ in range(n)]),
        "lead_time_days": ("measure/duration/mean|median", [r.randint(2, 60) for _ in range(n)]),
        "discontinued": ("dimension/boolean/none|mean|count_distinct", [r.random() < 0.1 for _ in range(n)]),
        "weight_g": ("measure/mass/mean|median|sum", [r.randint(5, 9000) for _ in range(n)]),
        "abc_class": ("dimension/ordinal|category/none|count_distinct", [r.choice("ABC") for _ in range(n)]),
    }


def real_estate(r: random.Random) -> Table:
    n = 500
    return {
        "Id": ("identifier/id/count_distinct|none", list(range(1, n + 1))),
        "MLSNumber": ("identifier/id|code/count_distinct|none", [20_230_000 + 7 * i + r.randint(0, 6) for i in range(n)]),
        "Address": ("text|identifier/free_text|name/none|count_distinct", [f"{r.randint(1, 999)} {r.choice(_LAST)} St" for _ in range(n)]),
        "City": ("dimension/city/none|count_distinct", [r.choice(["Ames", "Boone", "Nevada"]) for _ in range(n)]),
        "ZipCode": (
            "dimension|identifier/postal_code|code/none|count_distinct",
            [r.choice([50010, 50011, 50036, 50201]) for _ in range(n)],
        ),
        "Price": ("measure/amount/mean|median|sum", [round(r.lognormvariate(12.3, 0.4), -3) for _ in range(n)]),
        "Bedrooms": ("measure|dimension/count|ordinal/mean|median|none", [r.choice([1, 2, 3, 3, 4, 5]) for _ in range(n)]),
        "Baths": ("measure|dimension/count|number|ordinal/mean|median|none", [r.choice([1, 1.5, 2, 2.5, 3]) for _ in range(n)]),
        "LivingAreaSqFt": ("measure/area/mean|median", [r.randint(600, 4200) for _ in range(n)]),
        "LotSize": ("measure/area|number/mean|median", [round(r.lognormvariate(9, 0.5)) for _ in range(n)]),
        "YearBuilt": ("time|dimension/year/none|min|max", [r.randint(1890, 2022) for _ in range(n)]),
        "YrSold": ("time|dimension/year/none|min|max", [r.randint(2006, 2010) for _ in range(n)]),
        "MoSold": ("dimension|time/month/none|count_distinct", [r.randint(1, 12) for _ in range(n)]),
        "DaysOnMarket": ("measure/duration/median|mean", [int(r.expovariate(0.02)) for _ in range(n)]),
        "GarageCars": ("measure|dimension/count|ordinal/mean|median|none", [r.choice([0, 1, 2, 2, 3]) for _ in range(n)]),
        "OverallQual": ("dimension|measure/ordinal|score/none|mean|median", [r.randint(1, 10) for _ in range(n)]),
        "Latitude": ("location/latitude/none", [round(r.uniform(41.9, 42.1), 5) for _ in range(n)]),
        "Longitude": ("location/longitude/none", [round(r.uniform(-93.7, -93.5), 5) for _ in range(n)]),
        "PricePerSqFt": ("measure/amount|ratio/mean|median", [round(r.gauss(140, 30), 2) for _ in range(n)]),
        "HasPool": ("dimension/boolean/none|mean|count_distinct", [r.choice(["True", "False"]) for _ in range(n)]),
        "ListingURL": ("identifier/url/count_distinct|none", [f"https://homes.example.com/l/{i}" for i in range(n)]),
    }


def football(r: random.Random) -> Table:
    n = 380
    teams = ["Arsenal", "Chelsea", "Everton", "Fulham", "Leeds", "Liverpool", "Wolves", "Villa"]
    return {
        "match_id": ("identifier/id|code/count_distinct|none", [46_000 + i for i in range(n)]),
        "season": (
            "dimension|time/category|ordinal|year|code/none|count_distinct",
            [r.choice(["2021/22", "2022/23", "2023/24"]) for _ in range(n)],
        ),
        "matchday": ("dimension|time/ordinal|day|category/none|count_distinct", [1 + i // 10 for i in range(n)]),
        "kickoff": ("time/datetime|time_of_day/none|max|min", [r.choice(["12:30", "15:00", "17:30", "20:00"]) for _ in range(n)]),
        "home_team": ("dimension|identifier/name|category/none|count_distinct", [r.choice(teams) for _ in range(n)]),
        "away_team": ("dimension|identifier/name|category/none|count_distinct", [r.choice(teams) for _ in range(n)]),
        "home_goals": ("measure/count/sum|mean|median", [int(r.expovariate(0.6)) for _ in range(n)]),
        "away_goals": ("measure/count/sum|mean|median", [int(r.expovariate(0.8)) for _ in range(n)]),
        "possession_home": ("measure/percentage|number|share/mean|median", [round(r.gauss(52, 9), 1) for _ in range(n)]),
        "shots": ("measure/count/sum|mean|median", [r.randint(3, 28) for _ in range(n)]),
        "xg": ("measure/number|score|index|rate/mean|median|sum", [round(r.gammavariate(2, 0.7), 2) for _ in range(n)]),
        "attendance": ("measure/count/sum|mean|median", [r.randint(9000, 75000) for _ in range(n)]),
        "referee": ("dimension|identifier/name|category/none|count_distinct", [r.choice(_LAST) for _ in range(n)]),
        "result": ("dimension/category/none|count_distinct", [r.choice("HDA") for _ in range(n)]),
        "odds_home": ("measure/ratio|number|rate/mean|median", [round(r.uniform(1.1, 9), 2) for _ in range(n)]),
        "jersey_no": ("identifier|dimension/code|id|category/none|count_distinct", [r.randint(1, 40) for _ in range(n)]),
    }


def umsatz(r: random.Random) -> Table:
    n = 300
    return {
        "Datum": ("time/date/none|max|min", [d.strftime("%d.%m.%Y") for d in _days(r, n)]),
        "Jahr": ("time|dimension/year/none|max|min", [r.choice([2021, 2022, 2023]) for _ in range(n)]),
        "Monat": ("dimension|time/month/none|count_distinct", [r.randint(1, 12) for _ in range(n)]),
        "Wochentag": ("dimension/weekday/none|count_distinct", [r.choice(["Montag", "Dienstag", "Freitag"]) for _ in range(n)]),
        "KundenNr": ("identifier/id|code/count_distinct|none", [r.randint(10_000, 10_400) for _ in range(n)]),
        "Stadt": ("dimension/city/none|count_distinct", [r.choice(["Berlin", "Köln", "München"]) for _ in range(n)]),
        "PLZ": ("dimension|identifier/postal_code|code/none|count_distinct", [r.randint(10_115, 99_998) for _ in range(n)]),
        "Umsatz_EUR": ("measure/amount/sum", [round(r.lognormvariate(5, 1), 2) for _ in range(n)]),
        "Menge": ("measure/count/sum|mean", [r.randint(1, 20) for _ in range(n)]),
        "Artikelbezeichnung": (
            "dimension|identifier/name|category/none|count_distinct",
            [r.choice(["Schraube M4", "Dübel 8", "Winkel", "Leiste", "Griff"]) for _ in range(n)],
        ),
        "Rabatt_%": ("measure|dimension/percentage|ordinal/mean|median|none", [r.choice([0, 5, 10]) for _ in range(n)]),
        "Geschlecht": ("dimension/gender/none|count_distinct", [r.choice(["m", "w", "d"]) for _ in range(n)]),
    }


def energy_by_country(r: random.Random) -> Table:
    countries = ["France", "Germany", "Italy", "Norway", "Poland", "Spain", "Sweden", "Turkey", "Ukraine", "Kenya"]
    iso = ["FRA", "DEU", "ITA", "NOR", "POL", "ESP", "SWE", "TUR", "UKR", "KEN"]
    keys = [(i, y) for i in range(10) for y in range(1990, 2020)]
    n = len(keys)
    return {
        "country": ("dimension|identifier/country/none|count_distinct", [countries[i] for i, _ in keys]),
        "iso_code": ("dimension|identifier/code|country/none|count_distinct", [iso[i] for i, _ in keys]),
        "year": ("time/year/none|max|min", [y for _, y in keys]),
        "population": ("measure/count/last|sum|mean|max", [r.randint(4_000_000, 84_000_000) for _ in range(n)]),
        "gdp_per_capita": ("measure/amount|ratio|rate/mean|median|last", [round(r.uniform(1500, 90_000), 1) for _ in range(n)]),
        "electricity_twh": ("measure/number/sum|mean|last|median", [round(r.uniform(5, 600), 2) for _ in range(n)]),
        "renewables_share": ("measure/percentage|share/mean|median|last", [round(r.uniform(0, 98), 2) for _ in range(n)]),
        "co2_emissions_mt": ("measure/mass|number/sum|mean|median|last", [round(r.uniform(2, 900), 2) for _ in range(n)]),
        "energy_intensity": ("measure/ratio|number|index/mean|median|last", [round(r.uniform(0.5, 4), 3) for _ in range(n)]),
        "region": ("dimension/region/none|count_distinct", [["Europe", "Africa"][i == 9] for i, _ in keys]),
        "is_oecd": ("dimension/boolean/none|mean|count_distinct", [int(i < 8) for i, _ in keys]),
        "hdi": ("measure/index/mean|median|last", [round(r.uniform(0.4, 0.97), 3) for _ in range(n)]),
        "life_expectancy": ("measure/age|duration/mean|median|last", [round(r.uniform(55, 84), 1) for _ in range(n)]),
    }


DOMAINS: tuple[Callable[[random.Random], Table], ...] = (
    orders,
    patients,
    sensor_readings,
    staff,
    web_log,
    bank_transactions,
    survey,
    inventory,
    real_estate,
    football,
    umsatz,
    energy_by_country,
)
