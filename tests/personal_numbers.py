"""Made-up numbers that are well-formed, each in a sentence that names it, for tests and benchmarks."""

import random

from compliance.reading.detectors.numbers import luhn
from compliance.reading.detectors.regions import PREFECTURES

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
ISSUERS = ("622202", "621661", "436742", "520169", "356390", "370246")
LENGTHS = {"3": 15, "4": 16, "5": 16, "6": 19}


def id_number(chance: random.Random) -> str:
    """An identity number."""
    province = chance.choice(list(PREFECTURES))
    prefecture = chance.choice(sorted(PREFECTURES[province]))
    born = f"{chance.randint(1930, 2022)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    body = f"{province}{prefecture:02d}{chance.randint(1, 30):02d}{born}{chance.randint(0, 999):03d}"
    check = CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
    return f"身份证号{chance.choice(('', '：', ' '))}{body}{check}。"


def mobile_phone(chance: random.Random) -> str:
    """A mobile phone, in one of the ways they are written."""
    digits = f"1{chance.choice(('38', '59', '86', '77', '98'))}{chance.randint(0, 99_999_999):08d}"
    between = chance.choice(("", " ", "-"))
    return f"联系电话：{digits[:3]}{between}{digits[3:7]}{between}{digits[7:]}，欢迎"


def bank_card(chance: random.Random) -> str:
    """A bank card."""
    issuer = chance.choice(ISSUERS)
    body = issuer + "".join(chance.choices("0123456789", k=LENGTHS[issuer[0]] - len(issuer) - 1))
    whole = next(body + str(digit) for digit in range(10) if luhn(body + str(digit)))
    spaced = " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))
    return f"收款卡号 {chance.choice((whole, spaced))}（招商银行）"


def record_number(chance: random.Random) -> str:
    """The number of a medical record."""
    name = chance.choice(("病历号", "住院号", "门诊号", "就诊卡号", "病案编号"))
    return f"{name}：{chance.choice(('', 'M', 'ZY'))}{chance.randint(100_000, 99_999_999)}"
