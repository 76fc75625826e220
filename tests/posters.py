"""Posters drawn for tests and benchmarks: planted phrases, dense pages, pictures in pairs and in other layouts."""

import io
import random
from dataclasses import dataclass

import numpy as np
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFilter, ImageFont

POSTER_PX = (1080, 1440)
A4_PX = (1414, 2000)
PHRASES = (
    "效果最佳",
    "全国第一",
    "永久有效",
    "无副作用",
    "治愈率98%",
    "瘦脸针",
    "专家推荐",
    "术前术后对比",
    "零风险",
    "一次见效",
    "国家级技术",
    "顶级机构",
    "明星同款",
    "保证效果",
    "无效退款",
    "媲美整形",
    "干细胞",
    "免费赠送",
    "适合所有人",
    "祖传秘方",
)
CALM = (
    "预约请致电门诊",
    "地址：静安区南京西路",
    "营业时间 九点至十八点",
    "请在医生指导下选择",
    "到院面诊后确定方案",
    "皮肤护理讲座",
)
GROUNDS = (
    ("#f6ece4", "#402020"),
    ("#1f3a5f", "#ffffff"),
    ("#ffffff", "#222222"),
    ("#e8f4ea", "#1d4d2b"),
    ("#fbe3ea", "#8a2846"),
)


@dataclass(frozen=True)
class Poster:
    """A picture, and what is planted in it."""

    picture: Image.Image
    phrases: tuple[str, ...]


def font(size_px: int) -> ImageFont.FreeTypeFont:
    """The one that is everywhere."""
    return ImageFont.truetype(str(FONT_PATH), size_px)


def poster(chance: random.Random) -> Poster:
    """Two planted phrases among calm lines, large and small, on one of five grounds, some with a photograph."""
    ground, ink = chance.choice(GROUNDS)
    picture = Image.new("RGB", POSTER_PX, ground)
    if chance.random() < 0.4:
        picture.paste(photograph(chance, 1080, 520), (0, 920))
    draw, planted = ImageDraw.Draw(picture), tuple(chance.sample(PHRASES, 2))
    lines = [*planted, *chance.sample(CALM, 3)]
    chance.shuffle(lines)
    for at, line in enumerate(lines):
        size = chance.randint(34, 88)
        left = chance.randint(40, max(41, 1040 - size * len(line)))
        draw.text((left, 70 + at * 165 + chance.randint(0, 40)), line, font=font(size), fill=ink)
    return Poster(picture, planted)


def dense_page() -> Image.Image:
    """A4, 36 lines of 38 characters."""
    picture = Image.new("RGB", A4_PX, "white")
    for at in range(36):
        text = "本产品适用于面部浅层皱纹的改善请遵医嘱使用并阅读说明书注意事项详见第二页内容"
        ImageDraw.Draw(picture).text((100, 80 + at * 52), text, font=font(30), fill="black")
    return picture


def photograph(chance: random.Random, width: int, height: int) -> Image.Image:
    """Something like a photograph: soft shapes of many tones, with grain."""
    noise = np.random.default_rng(chance.getrandbits(32))
    soft = Image.fromarray(noise.integers(40, 230, (5, 4, 3), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    draw = ImageDraw.Draw(soft)
    for _ in range(chance.randint(4, 9)):
        x, y, radius = chance.randint(0, width), chance.randint(0, height), chance.randint(width // 14, width // 4)
        tone = tuple(chance.randint(20, 235) for _ in range(3))
        draw.ellipse((x - radius, y - radius * 1.3, x + radius, y + radius * 1.3), fill=tone)
    blurred = np.asarray(soft.filter(ImageFilter.GaussianBlur(3)), np.float64)
    return Image.fromarray(np.clip(blurred + noise.normal(0, 4, blurred.shape), 0, 255).astype(np.uint8))


def later(picture: Image.Image, chance: random.Random) -> Image.Image:
    """The same subject on another day: brighter, shifted and turned a little, a part of it gone."""
    turned = picture.rotate(chance.uniform(-2, 2), Image.Resampling.BICUBIC, translate=(chance.randint(-5, 5), 3))
    draw = ImageDraw.Draw(turned)
    x, y = picture.width * chance.uniform(0.3, 0.6), picture.height * chance.uniform(0.3, 0.6)
    draw.ellipse((x, y, x + picture.width / 8, y + picture.height / 8), fill=(205, 180, 165))
    return Image.fromarray(
        np.clip(np.asarray(turned, np.float64) * chance.uniform(0.9, 1.12) + 6, 0, 255).astype(np.uint8)
    )


def pair_layout(chance: random.Random) -> Image.Image:
    """Before and after: beside or below each other, with a gap or seam to seam, words above."""
    page = Image.new("RGB", (1000, 1300), chance.choice(GROUNDS)[0])
    first = photograph(chance, 400, 460)
    second, gap = later(first, chance), chance.choice((0, 8, 30))
    beside, below = ((90, 300), (490 + gap, 300)), ((300, 230), (300, 690 + gap))
    places = beside if chance.random() < 0.6 else below
    for picture, place in zip((first, second), places, strict=True):
        page.paste(picture, place)
    ImageDraw.Draw(page).text((120, 80), chance.choice(CALM), font=font(48), fill="#333333")
    return page


def other_layout(chance: random.Random) -> Image.Image:
    """What is no pair: two pictures of other things, a grid of them, one picture, a page of text, a table, panels."""
    page = Image.new("RGB", (1000, 1300), chance.choice(GROUNDS)[0])
    draw, kind = ImageDraw.Draw(page), chance.randrange(6)
    if kind in {0, 1}:
        columns, rows = (2, 1) if kind == 0 else (2, 2)
        for at in range(columns * rows):
            page.paste(photograph(chance, 400, 420), (90 + at % 2 * 420, 260 + at // 2 * 440))
    elif kind == 2:
        page.paste(photograph(chance, 820, 700), (90, 300))
    elif kind == 3:
        for at in range(26):
            draw.text((80, 60 + at * 46), "本产品适用于面部浅层皱纹的改善请遵医嘱使用", font=font(32), fill="#222222")
    elif kind == 4:
        for at in range(8):
            draw.rectangle((80, 200 + at * 110, 920, 310 + at * 110), outline="#888888", width=2)
            draw.text(
                (100, 230 + at * 110), f"项目{at}    疗程{at * 2}    价格{at * 130}", font=font(34), fill="#222222"
            )
    else:
        for x in (80, 520):
            draw.rectangle((x, 300, x + 400, 900), fill="#d9e2ec")
            draw.text((x + 40, 420), chance.choice(CALM)[:8], font=font(38), fill="#222222")
    draw.text((120, 80), chance.choice(CALM), font=font(48), fill="#333333")
    return page


def png(picture: Image.Image) -> bytes:
    """As a file."""
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()
