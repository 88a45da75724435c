/// Texts that people write in many ways, folded to one: what is compared when titles of postings or names of enterprises are.
public enum LooseText {
  /// Full-width forms become half-width, letters small; spaces, brackets and other marks are dropped, what stands inside brackets is kept.
  ///
  /// `宿迁（苏州）纺织 有限公司` and `宿迁(苏州)纺织有限公司` are one. Complexity: O(length).
  public static func folded(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      var value = scalar.value
      if (0xFF01...0xFF5E).contains(value) { value -= 0xFEE0 }
      if (0x41...0x5A).contains(value) { value += 0x20 }
      guard let folded = UnicodeScalar(value) else { continue }
      switch folded.properties.generalCategory {
      case .uppercaseLetter, .titlecaseLetter:
        scalars.append(contentsOf: folded.properties.lowercaseMapping.unicodeScalars)
      case .lowercaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .decimalNumber,
        .letterNumber, .otherNumber:
        scalars.append(folded)
      case .mathSymbol where folded == "+", .otherPunctuation where folded == "#":
        // C++ and C# are not C.
        scalars.append(folded)
      default: break
      }
    }
    return String(scalars)
  }

  /// A folded name of an enterprise without its legal form: 有限责任公司, 股份有限公司, 有限公司 and 公司 at the end are dropped.
  public static func enterprise(_ name: String) -> String {
    let folded = folded(name)
    for form in ["有限责任公司", "股份有限公司", "有限公司", "公司", "coltd", "ltd", "inc", "llc"]
    where folded.hasSuffix(form) {
      return folded.count > form.count ? String(folded.dropLast(form.count)) : folded
    }
    return folded
  }

  /// How alike two folded texts are, 0…1: Dice's coefficient over pairs of neighbouring letters (L. R. Dice, Ecology 26, 1945); texts of one letter
  /// are alike when they are equal.
  public static func likeness(_ a: String, _ b: String) -> Double {
    if a == b { return 1 }
    let left = pairs(a)
    let right = pairs(b)
    guard !left.isEmpty, !right.isEmpty else { return 0 }
    var rest: [String: Int] = [:]
    for pair in left { rest[pair, default: 0] += 1 }
    var shared = 0
    for pair in right {
      guard let count = rest[pair], count > 0 else { continue }
      rest[pair] = count - 1
      shared += 1
    }
    return 2 * Double(shared) / Double(left.count + right.count)
  }

  private static func pairs(_ text: String) -> [String] {
    let letters = Array(text)
    return letters.count < 2 ? [] : (1..<letters.count).map { String(letters[$0 - 1...$0]) }
  }
}
