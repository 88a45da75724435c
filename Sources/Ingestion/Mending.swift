import LabourMarket
import Tabular

/// Suggests how a rejected cell might be meant: shown to a clerk, never applied.
public struct Mending {
  private let program: FeedProgram
  private var found: [String: String] = [:]

  /// Suggestions by the reference data and rules of a program.
  public init(_ program: FeedProgram) { self.program = program }

  /// A content that would pass, with the name that goes with a code; `nil` where none is near enough or several are alike.
  public mutating func suggestion(_ reason: RejectionReason, column: String?, cell: String) -> String? {
    let cell = Text.folded(cell).filter { !$0.isWhitespace }
    guard !cell.isEmpty, !cell.contains("***") else { return nil }
    let key = "\(reason.rawValue) \(cell)"
    if let known = found[key] { return known.isEmpty ? nil : known }
    let suggestion = find(reason, column, cell)
    found[key] = suggestion ?? ""
    return suggestion
  }

  private func find(_ reason: RejectionReason, _ column: String?, _ cell: String) -> String? {
    let reference = program.environment.reference
    switch reason {
    case .invalidCreditCode: return creditCode(cell)
    case .unknownRegion:
      return nearest(cell, reference.regionSpellings.mapValues(\.rawValue)).map { code in
        named(code, reference.regions.first { $0.code.rawValue == code }?.name)
      }
    case .unknownChain:
      return nearest(cell, reference.chainSpellings.mapValues(\.rawValue)).map { code in
        named(code, reference.chains.first { $0.code.rawValue == code }?.name)
      }
    case .unknownOccupation:
      return nearest(cell, reference.occupationSpellings.mapValues(\.rawValue)).map { code in
        named(code, reference.occupations.first { $0.code.rawValue == code }?.name)
      }
    case .unknownStatus:
      return nearest(
        cell, ["招聘中": "招聘中", "已招满": "已招满", "已关闭": "已关闭", "open": "open", "filled": "filled", "closed": "closed"])
    case .notANumber: return number(cell)
    default: return nil
    }
  }

  private func named(_ code: String, _ name: String?) -> String { name.map { "\($0)（\(code)）" } ?? code }

  /// The letters that the standard leaves out read as the digits they are mistaken for, where that makes the code right.
  private func creditCode(_ cell: String) -> String? {
    let alike: [UInt8: UInt8] = [0x49: 0x31, 0x4F: 0x30, 0x5A: 0x32, 0x53: 0x35]
    let code = CreditCode.normalised(cell)
    let mended = code.map { alike[$0] ?? $0 }
    return mended != code && CreditCode.check(mended) == nil ? String(decoding: mended, as: UTF8.self) : nil
  }

  /// The only number in a text such as 约5人.
  private func number(_ cell: String) -> String? {
    let runs = cell.split { !$0.isASCII || !$0.isNumber }
    return runs.count == 1 && runs[0].count <= 6 ? String(runs[0]) : nil
  }

  /// The code of the spelling that is nearest: one that holds the cell or is held by it, else the one with the fewest changes, at most a third of
  /// its characters.
  private func nearest(_ cell: String, _ spellings: [String: String]) -> String? {
    var best = (distance: Double.infinity, codes: Set<String>())
    let isCode = cell.allSatisfy(\.isASCII)
    for (word, code) in spellings where word.allSatisfy(\.isASCII) == isCode && word.count >= 2 {
      let isPart = !isCode && (cell.contains(word) || (cell.count >= 2 && word.contains(cell)))
      let distance = isPart ? 0.5 : Double(Self.changes(Array(cell), Array(word)))
      guard distance <= max(1, Double(word.count) / 3) else { continue }
      if distance < best.distance { best = (distance, []) }
      if distance == best.distance { best.codes.insert(code) }
    }
    return best.codes.count == 1 ? best.codes.first : nil
  }

  /// Levenshtein's distance: insertions, deletions and replacements of characters. - Complexity: O(n·m).
  static func changes(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}
