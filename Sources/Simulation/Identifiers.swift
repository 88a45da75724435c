import LabourMarket

/// Identities that have the right form and belong to nobody.
enum Identifiers {
  /// A unified social credit code with valid check digits. The organisation code starts with `XN`, which no registrar issues
  /// (new ones start with `MA`, older ones with a digit).
  static func creditCode(registrar: String, dice: inout Dice) -> String {
    let organisation = Array("XN".utf8) + dice.text(CreditCode.alphabet, count: 6)
    var code = Array("91".utf8) + Array(registrar.utf8) + organisation
    code.append(CreditCode.organisationCheckCharacter(for: organisation))
    code.append(CreditCode.checkCharacter(for: code) ?? 0x30)
    return String(decoding: code, as: UTF8.self)
  }

  /// A resident identity number with a valid check digit and a real birth date. Its address code starts with 77, which names no
  /// province, so nobody can bear it. Different serial numbers below 10 million give different numbers.
  static func personNumber(serial: Int, birth: CalendarDay) -> String {
    let parts = birth.parts
    var digits = Array("77".utf8)
    digits += padded(serial / 1000 % 10_000, 4)
    digits += padded(parts.year, 4) + padded(parts.month, 2) + padded(parts.day, 2)
    digits += padded(serial % 1000, 3)
    digits.append(ResidentIdentityNumber.checkCharacter(for: digits))
    return String(decoding: digits, as: UTF8.self)
  }

  /// A telephone number of the right length whose subscriber number starts with 0, which is never issued.
  static func telephone(_ number: Int) -> String { "0527-" + String(decoding: padded(number, 8), as: UTF8.self) }

  /// Decimal digits with leading zeros.
  static func padded(_ value: Int, _ width: Int) -> [UInt8] {
    let digits = Array(String(value).utf8)
    return Array(repeating: 0x30, count: max(0, width - digits.count)) + digits
  }

  private static let firstParts = ["恒", "信", "瑞", "华", "嘉", "远", "盛", "泰", "新", "宏", "润", "德", "金", "天", "科"]
  private static let secondParts = ["达", "源", "丰", "和", "诚", "阳", "祥", "隆", "鼎", "安", "佳", "腾", "泽", "越", "邦"]
  private static let surnames = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨"]

  /// An enterprise's name, marked as simulated so that no list is ever taken for one of real firms.
  static func enterpriseName(place: String, chain: String, dice: inout Dice) -> String {
    let word = dice.pick(firstParts, else: "") + dice.pick(secondParts, else: "") + dice.pick(secondParts, else: "")
    return "\(place)\(word)\(chain)有限公司（模拟）"
  }

  /// A person's name.
  static func personName(dice: inout Dice) -> String {
    dice.pick(surnames, else: "") + dice.pick(firstParts, else: "") + dice.pick(secondParts, else: "")
  }
}
