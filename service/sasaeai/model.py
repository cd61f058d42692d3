"""The arithmetic of the official codes: what can be known of a code without any list."""

import re

_FIVE_DIGITS = re.compile(r"[0-9]{5}")
_CODE = re.compile(r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}")
_FIRST_NUMBER, _LAST_NUMBER = 100, 799
"""Numbers of municipalities within their prefecture: 000 is the prefecture, from 800 on are associations of several."""


def check_digit(code5: str) -> str:
    """Compute the sixth digit of a 全国地方公共団体コード from its first five.

    The ministry's rule (検査数字): multiply the digits by 6, 5, 4, 3, 2, add the products, and take the last digit of
    11 minus the remainder of that sum divided by 11.
    """
    if not _FIVE_DIGITS.fullmatch(code5):
        raise ValueError(f"not five digits: {code5!r}")
    total = sum(int(digit) * weight for digit, weight in zip(code5, (6, 5, 4, 3, 2), strict=True))
    return str(11 - total % 11)[-1]


def has_right_check_digit(code: str) -> bool:
    """Tell whether a text is six ASCII digits in one of the 47 prefectures, the last of them its check digit."""
    return bool(_CODE.fullmatch(code)) and code[-1] == check_digit(code[:5])


def is_municipality_code(code: str) -> bool:
    """Tell whether a text has the form of a municipality's code.

    Six ASCII digits with a right check digit, the first two a prefecture, the next three 100 to 799.
    A designated city's ward has the same form. Whether there is such a municipality only the register knows.
    """
    return has_right_check_digit(code) and _FIRST_NUMBER <= int(code[2:5]) <= _LAST_NUMBER


def corporate_number(code: str) -> str:
    """Derive the 13-digit 法人番号 of a local government from its code.

    A prefecture's or municipality's number is a check digit before "000020" and its six-digit code. The check digit is
    9 minus the remainder by 9 of the sum of the twelve digits weighted 1, 2, 1, 2, … from the right.
    Only local governments have numbers that follow from a code: not wards of designated cities, which are no
    corporations, not the six villages of the Northern Territories, which have none, and no other organisation.
    """
    if not has_right_check_digit(code):
        raise ValueError(f"not a code of six digits with a right check digit: {code!r}")
    base = "000020" + code
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base)))
    return str(9 - total % 9) + base
