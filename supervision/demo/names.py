"""Invented words for names: brands that no firm is known by, and personal names."""

import random

# Rarely combined characters, so that no real firm is likely to bear the result.
_FIRST = "穗淅沣澍栩茗垚渟霁翊昀珩荞蓁溆皓砚芃岫榕璟琮骞筱郅陌樾沐煦粟"
_SECOND = "禾晏川屿棠源泽野舟桐谷坡岑澜墨序苑笙畔秋汀乔朔溪棹阡圃岚信和"
_THIRD = "丰里庄坊台桥集园记堂庭居场垅湾坪塬浦塘埠洲岗渡津陂港堰畈洼圩"

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN_FIRST = "志明建文海晓雨国永春秋立振俊子思若佳雅静淑丽慧玉冬少德承景一"
_GIVEN_SECOND = "安平华强军峰宁涛磊斌辉航远恒凯然林杰霞敏琳娜婷燕萍芳洁颖蕾岚"


def brand(rng: random.Random) -> str:
    """Two or three characters, such as 穗禾 or 淅晏丰."""
    word = rng.choice(_FIRST) + rng.choice(_SECOND)
    return word + rng.choice(_THIRD) if rng.random() < 0.8 else word


def person(rng: random.Random) -> str:
    """An invented personal name of two or three characters."""
    name = rng.choice(_SURNAMES) + rng.choice(_GIVEN_FIRST)
    return name + rng.choice(_GIVEN_SECOND) if rng.random() < 0.85 else name
