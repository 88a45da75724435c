/// A unified social credit code (GB 32100-2015) whose check digits hold: the identity of an enterprise.
public struct CreditCode: Hashable, Sendable, CustomStringConvertible {
  /// The 18 characters, upper-case.
  public let description: String

  /// The alphabet of the standard; a character's value is its position (0…30).
  public static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

  /// Accepts a code as typed: full-width characters become half-width, letters upper-case, spaces go. `nil` when the length, the
  /// alphabet, the organisation code (GB 11714) or the check character does not hold.
  public init?(_ text: String) {
    let bytes = Self.normalised(text)
    guard Self.check(bytes) == nil else { return nil }
    description = String(decoding: bytes, as: UTF8.self)
  }

  /// What is wrong with a code.
  public enum Fault: Hashable, Sendable {
    /// Not 18 characters.
    case length(Int)
    /// A character outside the alphabet, at a position counted from 1.
    case character(UInt8, position: Int)
    /// Position 9–17 are not a valid organisation code (GB 11714).
    case organisationCheckDigit
    /// The last character should be this one.
    case checkCharacter(expected: UInt8)
  }

  /// Upper-case, half-width, without white space: the form that is checked and stored.
  public static func normalised(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(18)
    for scalar in text.unicodeScalars {
      var v = scalar.value
      if (0xFF01...0xFF5E).contains(v) { v -= 0xFEE0 }
      if v == 0x20 || v == 0x3000 || v == 0xA0 || v == 0x09 || v == 0xFEFF { continue }
      if v >= 0x61 && v <= 0x7A { v -= 0x20 }
      out.append(v < 0x80 ? UInt8(v) : 0x3F)
    }
    return out
  }

  /// The first fault of a normalised code, or `nil` when it is valid. Complexity: O(1).
  public static func check(_ code: some Collection<UInt8>) -> Fault? { fault(of: code) }

  /// The same for bytes in memory: compiled for them, for the loops that read feeds.
  public static func check(_ code: UnsafeRawBufferPointer) -> Fault? { fault(of: code) }

  private static func fault(of code: some Collection<UInt8>) -> Fault? {
    guard code.count == 18 else { return .length(code.count) }
    var sum = 0
    var organisation = 0
    var position = 0
    var last = 0
    var organisationDigit: UInt8 = 0
    for byte in code {
      let value = Int(values[Int(byte)])
      guard value >= 0 else { return .character(byte, position: position + 1) }
      if position < 17 { sum += value * weights[position] }
      if position >= 8 && position < 16 {
        organisation += (byte <= 0x39 ? Int(byte) - 0x30 : Int(byte) - 55) * organisationWeights[position - 8]
      }
      if position == 16 { organisationDigit = byte }
      last = value
      position += 1
    }
    let rest = 11 - organisation % 11
    let expectedDigit: UInt8 = rest == 10 ? 0x58 : rest == 11 ? 0x30 : UInt8(0x30 + rest)
    guard organisationDigit == expectedDigit else { return .organisationCheckDigit }
    let expected = (31 - sum % 31) % 31
    return last == expected ? nil : .checkCharacter(expected: alphabet[expected])
  }

  /// The check character for the first 17 characters of a code, or `nil` when one of them is outside the alphabet.
  public static func checkCharacter(for prefix: some Collection<UInt8>) -> UInt8? {
    guard prefix.count == 17 else { return nil }
    var sum = 0
    for (byte, weight) in zip(prefix, weights) {
      let value = Int(values[Int(byte)])
      guard value >= 0 else { return nil }
      sum += value * weight
    }
    return alphabet[(31 - sum % 31) % 31]
  }

  /// The check character of an organisation code (GB 11714) for its first eight characters.
  public static func organisationCheckCharacter(for prefix: some Collection<UInt8>) -> UInt8 {
    var sum = 0
    for (byte, weight) in zip(prefix, organisationWeights) {
      sum += (byte <= 0x39 ? Int(byte) - 0x30 : Int(byte) - 55) * weight
    }
    let rest = 11 - sum % 11
    return rest == 10 ? 0x58 : rest == 11 ? 0x30 : UInt8(0x30 + rest)
  }

  private static let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
  private static let organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2]
  private static let values: [Int8] = {
    var table = [Int8](repeating: -1, count: 256)
    for (i, byte) in alphabet.enumerated() { table[Int(byte)] = Int8(i) }
    return table
  }()
}

/// Checks of a resident identity number (GB 11643-1999). The number itself is never kept: see contract section 4.
public enum ResidentIdentityNumber {
  private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  private static let checks = Array("10X98765432".utf8)

  /// Whether 18 bytes (digits, last one possibly `X` or `x`) are a valid number: check digit and a real birth date. Complexity: O(1).
  public static func isValid(_ number: some Collection<UInt8>) -> Bool {
    guard number.count == 18 else { return false }
    var sum = 0
    var birth = 0
    var position = 0
    for var byte in number {
      if position < 17 {
        guard byte >= 0x30 && byte <= 0x39 else { return false }
        sum += Int(byte - 0x30) * weights[position]
        if position >= 6 && position < 14 { birth = birth * 10 + Int(byte - 0x30) }
      } else {
        if byte == 0x78 { byte = 0x58 }
        guard byte == checks[sum % 11] else { return false }
      }
      position += 1
    }
    return CalendarDay(checking: birth / 10_000, month: birth / 100 % 100, day: birth % 100) != nil
  }

  /// The check character for the first 17 digits.
  public static func checkCharacter(for prefix: some Collection<UInt8>) -> UInt8 {
    var sum = 0
    for (byte, weight) in zip(prefix, weights) { sum += (Int(byte) - 0x30) * weight }
    return checks[sum % 11]
  }
}

/// A region's code in the profile's reference data (GB/T 2260, a statistical code, or a bureau's own).
public struct RegionCode: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The code.
  public let rawValue: String
  /// A code as it stands in the reference data.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// The code.
  public var description: String { rawValue }
  /// Order of the codes.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// An industry chain's code in the profile's reference data.
public struct ChainCode: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The code.
  public let rawValue: String
  /// A code as it stands in the reference data.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// The code.
  public var description: String { rawValue }
  /// Order of the codes.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// An occupation's code in the profile's reference data (职业分类大典 medium group, or a bureau's own).
public struct OccupationCode: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The code.
  public let rawValue: String
  /// A code as it stands in the reference data.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// The code.
  public var description: String { rawValue }
  /// Order of the codes.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
