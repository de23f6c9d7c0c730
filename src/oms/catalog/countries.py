"""Citizenships to choose from (O001, ALFA3): the EAEU and neighbours first, then by alphabet."""

STATELESS = "NON"
EAEU = frozenset({"ARM", "BLR", "KAZ", "KGZ"})

_NEAR = (
    "RUS Россия|BLR Беларусь|KAZ Казахстан|KGZ Киргизия|ARM Армения|AZE Азербайджан|GEO Грузия|"
    "MDA Молдова|TJK Таджикистан|TKM Туркменистан|UZB Узбекистан|UKR Украина|ABH Абхазия|"
    "OST Южная Осетия"
)
_FAR = (
    "AUS Австралия|AUT Австрия|ALB Албания|DZA Алжир|AGO Ангола|ARG Аргентина|AFG Афганистан|"
    "BGD Бангладеш|BEL Бельгия|BEN Бенин|BGR Болгария|BOL Боливия|BIH Босния и Герцеговина|"
    "BRA Бразилия|BDI Бурунди|GBR Великобритания|HUN Венгрия|VEN Венесуэла|VNM Вьетнам|GAB Габон|"
    "GHA Гана|GIN Гвинея|GNB Гвинея-Бисау|DEU Германия|HND Гондурас|GRC Греция|DNK Дания|"
    "DOM Доминиканская Республика|EGY Египет|ZMB Замбия|ZWE Зимбабве|ISR Израиль|IND Индия|"
    "IDN Индонезия|JOR Иордания|IRQ Ирак|IRN Иран|IRL Ирландия|ISL Исландия|ESP Испания|"
    "ITA Италия|YEM Йемен|KHM Камбоджа|CMR Камерун|CAN Канада|QAT Катар|KEN Кения|CYP Кипр|"
    "CHN Китай|PRK КНДР|COL Колумбия|COG Конго|CRI Коста-Рика|CIV Кот-д’Ивуар|CUB Куба|"
    "KWT Кувейт|LAO Лаос|LVA Латвия|LBN Ливан|LBY Ливия|LTU Литва|LUX Люксембург|"
    "MDG Мадагаскар|MYS Малайзия|MLI Мали|MLT Мальта|MAR Марокко|MEX Мексика|MOZ Мозамбик|"
    "MNG Монголия|MMR Мьянма|NAM Намибия|NPL Непал|NER Нигер|NGA Нигерия|NLD Нидерланды|"
    "NIC Никарагуа|NZL Новая Зеландия|NOR Норвегия|ARE ОАЭ|OMN Оман|PAK Пакистан|PSE Палестина|"
    "PAN Панама|PRY Парагвай|PER Перу|POL Польша|PRT Португалия|KOR Республика Корея|"
    "RWA Руанда|ROU Румыния|SLV Сальвадор|SAU Саудовская Аравия|MKD Северная Македония|"
    "SEN Сенегал|SRB Сербия|SGP Сингапур|SYR Сирия|SVK Словакия|SVN Словения|SOM Сомали|"
    "SDN Судан|USA США|SLE Сьерра-Леоне|THA Таиланд|TZA Танзания|TGO Того|TUN Тунис|"
    "TUR Турция|UGA Уганда|URY Уругвай|PHL Филиппины|FIN Финляндия|FRA Франция|HRV Хорватия|"
    "CAF Центральноафриканская Республика|TCD Чад|MNE Черногория|CZE Чехия|CHL Чили|"
    "CHE Швейцария|SWE Швеция|LKA Шри-Ланка|ECU Эквадор|EST Эстония|ETH Эфиопия|ZAF ЮАР|"
    "JPN Япония"
)
COUNTRIES: dict[str, str] = {row[:3]: row[4:] for row in f"{_NEAR}|{_FAR}".split("|")}
