"""The first six digits of a Chinese identity number: which province and prefecture-like part there are.

GB/T 2260 with its changes since 1980: numbers keep the code of the day they were given. Counties (digits five and six)
come and go by the hundred, so only their range is checked.
"""

# Province: its prefectures, by digits three and four. Ranges are those ever in use.
PREFECTURES: dict[int, frozenset[int]] = {
    province: frozenset(each for low, high in spans for each in range(low, high + 1))
    for province, spans in {
        11: [(1, 2)],
        12: [(1, 2)],
        13: [(1, 11), (21, 34), (90, 90)],
        14: [(1, 11), (21, 27), (90, 90)],
        15: [(1, 9), (21, 30)],
        21: [(1, 14), (21, 24), (90, 90)],
        22: [(1, 8), (21, 25), (90, 90)],
        23: [(1, 12), (21, 28), (90, 90)],
        31: [(1, 2)],
        32: [(1, 13), (19, 30), (90, 90)],
        33: [(1, 11), (21, 28), (90, 90)],
        34: [(1, 18), (21, 30)],
        35: [(1, 9), (21, 27), (90, 90)],
        36: [(1, 11), (21, 26), (90, 90)],
        37: [(1, 17), (21, 31), (90, 90)],
        41: [(1, 18), (21, 30), (90, 90)],
        42: [(1, 13), (21, 28), (90, 90)],
        43: [(1, 13), (21, 33), (90, 90)],
        44: [(1, 9), (12, 20), (21, 30), (51, 53), (90, 90)],
        45: [(1, 14), (21, 28), (90, 90)],
        46: [(0, 4), (90, 90)],
        50: [(1, 3)],
        51: [(1, 34), (90, 90)],
        52: [(1, 6), (21, 28)],
        53: [(1, 9), (21, 36)],
        54: [(1, 6), (21, 27)],
        61: [(1, 10), (21, 28)],
        62: [(1, 12), (21, 30)],
        63: [(1, 2), (21, 28)],
        64: [(1, 5), (21, 23)],
        65: [(1, 5), (21, 32), (40, 43), (90, 90)],
        71: [(0, 0)],
        81: [(0, 0)],
        82: [(0, 0)],
        83: [(0, 0)],
    }.items()
}


def is_region(six: str) -> bool:
    """Whether these six digits have ever been the beginning of a number."""
    province, prefecture, county = int(six[:2]), int(six[2:4]), int(six[4:])
    return prefecture in PREFECTURES.get(province, frozenset()) and (county > 0 or prefecture == 0)
