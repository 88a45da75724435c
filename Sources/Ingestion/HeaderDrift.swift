import LabourMarket

/// How the columns of a feed's files changed from one file to the next.
public struct HeaderDrift: Sendable, Equatable {
  /// The kinds of change.
  public enum Kind: String, CaseIterable, Sendable {
    /// A column that the last file did not have.
    case new
    /// A column that the last file had.
    case missing
    /// A column that is gone, and a new one that takes its place or is spelled much like it.
    case renamed
    /// The same columns in another order.
    case reordered
  }

  /// What a change means for the file.
  public enum Policy: String, CaseIterable, Sendable {
    /// It is told.
    case report
    /// Nothing of the file is taken.
    case refuse
  }

  /// One change.
  public struct Change: Sendable, Equatable {
    /// Its kind.
    public let kind: Kind
    /// The header in the last file; of ``Kind/reordered`` the headers in their new order.
    public var old = ""
    /// The header in this file.
    public var new = ""
    /// The column of the feed that the header filled, or fills now; `nil` where the feed does not know it.
    public var column: String?
    /// Whether that column is empty in this file: a loss, not a new spelling.
    public var isLost = false
  }

  /// The changes, by kind, then in the order of the header.
  public private(set) var changes: [Change] = []

  /// Compares the headers of two files of a feed.
  /// - Parameters:
  ///   - isSameSeries: whether the files follow one another; of files of different origin only lost columns are told.
  ///   - isOrdered: whether the order of columns means anything (not in JSON Lines).
  init(from old: [String], to new: [String], by program: FeedProgram, isSameSeries: Bool = true, isOrdered: Bool = true)
  {
    guard let before = try? program.bind(old, isComplete: false), let now = try? program.bind(new, isComplete: false)
    else { return }
    let oldColumns = Self.columns(program, before)
    let newColumns = Self.columns(program, now)
    let oldPlain = old.map(FeedProgram.plain)
    let newPlain = new.map(FeedProgram.plain)
    let filled = Set(newColumns.values)
    guard isSameSeries else {
      changes = old.indices.compactMap { index in
        guard let column = oldColumns[index], !filled.contains(column) else { return nil }
        return Change(kind: .missing, old: old[index], column: column, isLost: true)
      }
      return
    }
    let gone = old.indices.filter { !oldPlain[$0].isEmpty && !newPlain.contains(oldPlain[$0]) }
    var fresh = new.indices.filter { !newPlain[$0].isEmpty && !oldPlain.contains(newPlain[$0]) }
    var renamed: [Change] = []
    var missing: [Change] = []
    for index in gone {
      let column = oldColumns[index]
      let heir =
        fresh.firstIndex { column != nil && newColumns[$0] == column }
        ?? fresh.firstIndex { newColumns[$0] == nil && Self.isClose(oldPlain[index], newPlain[$0]) }
      let isLost = column.map { !filled.contains($0) } ?? false
      if let heir {
        renamed.append(
          Change(kind: .renamed, old: old[index], new: new[fresh.remove(at: heir)], column: column, isLost: isLost))
      } else {
        missing.append(Change(kind: .missing, old: old[index], column: column, isLost: isLost))
      }
    }
    changes = fresh.map { Change(kind: .new, new: new[$0], column: newColumns[$0]) } + missing + renamed
    let kept = newPlain.indices.filter { !newPlain[$0].isEmpty && oldPlain.contains(newPlain[$0]) }
    let order = kept.compactMap { oldPlain.firstIndex(of: newPlain[$0]) }
    if isOrdered, order != order.sorted() {
      let ranks = order.sorted()
      let moved = zip(kept, zip(order, ranks)).filter { $1.0 != $1.1 }.map { new[$0.0] }
      changes.append(Change(kind: .reordered, old: moved.joined(separator: ", ")))
    }
  }

  /// The changes for which a file is refused: those of a kind that is to be refused. Another spelling of a column that is filled all the
  /// same is none, nor is the absence of a column that the feed ignores.
  func refused(by policies: [Kind: Policy]) -> [Change] {
    changes.filter { change in
      guard policies[change.kind] == .refuse else { return false }
      return change.kind == .new || change.kind == .reordered || change.isLost
    }
  }

  /// The key `drift` of a description: one policy for all kinds, or one for some of them; the default is to report.
  /// - Throws: ``YAMLFault``.
  static func policies(_ yaml: YAMLDocument?) throws -> [Kind: Policy] {
    guard let yaml else { return [:] }
    guard yaml.isMapping else {
      let policy: Policy = try yaml.choice()
      return Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, policy) })
    }
    try yaml.allow(Kind.allCases.map(\.rawValue))
    var policies: [Kind: Policy] = [:]
    for kind in Kind.allCases { policies[kind] = try yaml[kind.rawValue]?.choice() }
    return policies
  }

  /// How a file's header differs from what the feed's description looks for: columns that nothing fills, and headers spelled much like theirs.
  static func differences(_ program: FeedProgram, _ binding: HeaderBinding) -> [String] {
    var told: [String] = []
    var absent: [String] = []
    for (column, source) in zip(program.schema.columns, binding.sources) where source.fields.isEmpty {
      guard program.description.constants[column.name] == nil else { continue }
      let plain = program.headers(of: column).map(FeedProgram.plain)
      if let close = binding.unknown.first(where: { header in plain.contains { isClose($0, FeedProgram.plain(header)) }
      }) {
        told.append(
          "\(column.title) is not there, and “\(close)” is spelled much like it: if it is meant, write \(column.name): \"\(close)\""
        )
      } else if let mapped = program.description.columns[column.name]?.headers, !mapped.isEmpty {
        told.append("\(column.name) should come from \(mapped.joined(separator: ", ")), which the file does not have")
      } else {
        absent.append(column.title)
      }
    }
    if !absent.isEmpty { told.append("not in the file, and so empty in every row: \(absent.joined(separator: ", "))") }
    return told
  }

  /// The canonical column that each field fills.
  private static func columns(_ program: FeedProgram, _ binding: HeaderBinding) -> [Int: String] {
    var columns: [Int: String] = [:]
    for (column, source) in zip(program.schema.columns, binding.sources) {
      for field in source.fields + [source.factorField] where field >= 0 && columns[field] == nil {
        columns[field] = column.name
      }
    }
    return columns
  }

  /// Whether two plain headers are spelled much alike: one holds the other, or at least six tenths of the longer one need no change
  /// (Levenshtein distance).
  static func isClose(_ a: String, _ b: String) -> Bool {
    let x = Array(a)
    let y = Array(b)
    guard min(x.count, y.count) >= 2 else { return false }
    if a.contains(b) || b.contains(a) { return true }
    var row = Array(0...y.count)
    for i in x.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in y.indices {
        let change = diagonal + (x[i] == y[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, diagonal + 1)
      }
    }
    return Double(row[y.count]) <= 0.4 * Double(max(x.count, y.count))
  }
}

extension HeaderDrift.Change {
  /// What changed, what it means and what to do, as a clerk reads it.
  /// - Parameter description: the file of the feed's description, where a header can be mapped.
  public func sentence(_ language: ClerkLanguage, description: String) -> String {
    func quoted(_ header: String) -> String { PersonNumbers.masked(String(header.prefix(200))) }
    let (old, new) = (quoted(old), quoted(new))
    let column = column ?? ""
    switch (language, kind) {
    case (.chinese, .new):
      return self.column == nil ? "新增列“\(new)”：本数据源不认识，未读取" : "新增列“\(new)”：填入 \(column)"
    case (.english, .new):
      return self.column == nil
        ? "new column “\(new)”: the feed does not know it, so it was ignored"
        : "new column “\(new)”: it fills \(column)"
    case (.chinese, .missing):
      return isLost
        ? "缺少列“\(old)”：上一份文件有此列，本文件所有行的 \(column) 均为空。请补上该列，或在 \(description) 中说明改用哪一列" : "缺少列“\(old)”：不影响读取"
    case (.english, .missing):
      return isLost
        ? "the column “\(old)” is missing: the last file had it; \(column) is empty in every row of this one. Add it, or map another header in \(description)"
        : "the column “\(old)” is missing: nothing read it"
    case (.chinese, .renamed):
      return isLost
        ? "列“\(old)”不见了，新出现的“\(new)”写法相近，可能是改名：本文件所有行的 \(column) 均为空。如确为改名，请在 \(description) 中写 \(column): \"\(new)\""
        : "列“\(old)”改名为“\(new)”" + (self.column == nil ? "（写法相近，本数据源均不读取）" : "：仍填入 \(column)")
    case (.english, .renamed):
      return isLost
        ? "the column “\(old)” is gone and “\(new)”, spelled much like it, is new: \(column) is empty in every row. If it was renamed, write \(column): \"\(new)\" in \(description)"
        : "the column “\(old)” is now called “\(new)”"
          + (self.column == nil ? " (spelled alike; nothing reads it)" : ": it fills \(column) still")
    case (.chinese, .reordered): return "列的顺序变了（不影响读取）：\(old)"
    case (.english, .reordered): return "the columns stand in another order (they are read by their headers): \(old)"
    }
  }
}
