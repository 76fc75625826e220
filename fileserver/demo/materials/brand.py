"""The demo brand: its names, notices and colours, in one place.

Promises that every material speaks of one invented brand with one palette. Brand, institution, address, telephone and
approval number are fictitious; the approval number keeps the legal form (省医广【年】第月-日-序号号) with the
word 示例 where a province would stand, so it can pass for no real one. Leaves drawing to the other modules.
"""

from datetime import UTC, datetime

NAME_ZH = "澄序医美"
NAME_EN = "Lumière Order"
CLINIC_ZH = "澄序医疗美容门诊部"
CLINIC_EN = "Lumière Order Aesthetic Clinic"
ACADEMY_ZH = "澄序临床教育中心"
ACADEMY_EN = "Lumière Order Clinical Education"
APPROVAL_NUMBER = "示例医广【2026】第09-18-000号"
ADDRESS_ZH = "示例市静安里澄江路 88 号 3 层"
ADDRESS_EN = "Level 3, 88 Chengjiang Road, Sample City"
TELEPHONE = "400-000-0000"

GUIDANCE_ZH = "请在医务人员指导下使用"
GUIDANCE_EN = "For use under the guidance of medical professionals"
TRAINING_ZH = "仅供医务人员培训使用，请勿向公众传播"
TRAINING_EN = "For the training of medical professionals only. Not for public distribution."
FICTION_ZH = "演示资料：品牌、机构、地址与数据均为虚构，仅用于展示系统功能。"
FICTION_EN = "Demonstration material. The brand, clinic, address and figures are fictitious."

EDITION = "2026.09"
MADE_AT = datetime(2026, 9, 18, 9, 0, tzinfo=UTC)

Colour = tuple[int, int, int]

INK: Colour = (30, 44, 42)
PINE: Colour = (46, 74, 69)
MOSS: Colour = (104, 126, 117)
SAGE: Colour = (171, 186, 176)
MIST: Colour = (229, 234, 229)
IVORY: Colour = (249, 246, 241)
SAND: Colour = (228, 213, 194)
BLUSH: Colour = (235, 212, 198)
SKIN: Colour = (219, 178, 152)
CLAY: Colour = (178, 118, 90)
GOLD: Colour = (184, 152, 106)
WHITE: Colour = (255, 255, 255)
