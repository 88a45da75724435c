/// A sheet as the workbook lists it.
struct SheetEntry {
  var name: String
  var relation: String
  var isVisible: Bool
}

/// Reads `workbook.xml`: sheets in order and the date system.
struct WorkbookState: XMLState {
  var sheets: [SheetEntry] = []
  var uses1904 = false

  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    if name == "sheet" {
      let state = attribute("state", in: attributes).map { String(cString: $0) } ?? "visible"
      sheets.append(
        SheetEntry(
          name: attribute("name", in: attributes).map { String(cString: $0) } ?? "",
          relation: attribute("id", in: attributes).map { String(cString: $0) } ?? "", isVisible: state == "visible"))
    } else if name == "workbookPr" {
      let value = attribute("date1904", in: attributes).map { String(cString: $0) } ?? "0"
      uses1904 = value == "1" || value == "true"
    }
  }

  mutating func end(_ name: XMLName) {}
  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int) {}
}

/// Reads a `.rels` part: what is related to what.
struct RelationsState: XMLState {
  struct Relation {
    var id: String
    /// Last component of the type's URI.
    var type: String
    var target: String
  }
  var relations: [Relation] = []

  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    guard name == "Relationship" else { return }
    func value(_ key: StaticString) -> String { attribute(key, in: attributes).map { String(cString: $0) } ?? "" }
    let type = value("Type").split(separator: "/").last.map(String.init) ?? ""
    relations.append(Relation(id: value("Id"), type: type, target: value("Target")))
  }

  mutating func end(_ name: XMLName) {}
  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int) {}
}

/// Reads `styles.xml`: which cell formats show dates.
struct StylesState: XMLState {
  private var custom: [Int: CellFormat] = [:]
  private var isInCellFormats = false
  /// Format of each cell style, by its number.
  var formats: [CellFormat] = []

  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    func number(_ key: StaticString) -> Int? { attribute(key, in: attributes).flatMap { Int(String(cString: $0)) } }
    if name == "numFmt" {
      guard let id = number("numFmtId"), let code = attribute("formatCode", in: attributes) else { return }
      custom[id] = CellFormat(code: String(cString: code))
    } else if name == "cellXfs" {
      isInCellFormats = true
    } else if isInCellFormats, name == "xf", formats.count < 1 << 16 {
      let id = number("numFmtId") ?? 0
      formats.append(custom[id] ?? CellFormat(builtIn: id))
    }
  }

  mutating func end(_ name: XMLName) {
    if name == "cellXfs" { isInCellFormats = false }
  }

  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int) {}
}

/// What kind of value a number format shows (ECMA-376 part 1, 18.8.30 and 18.8.31).
enum CellFormat: UInt8 {
  case number
  case date
  case time
  /// Hours beyond 24, as in `[h]:mm`.
  case elapsed

  init(builtIn id: Int) {
    switch id {
    case 14...17, 22, 27...31, 36, 50...54, 57, 58: self = .date
    case 18...21, 32...35, 45, 47, 55, 56: self = .time
    case 46: self = .elapsed
    default: self = .number
    }
  }

  /// The kind of a format code: letters outside quotes, escapes, brackets and `AM/PM` decide.
  init(code: String) {
    var hasDate = false
    var hasTime = false
    var hasMonthOrMinute = false
    var isElapsed = false
    var bytes = Array(code.utf8)[...]
    scan: while let byte = bytes.popFirst() {
      switch byte | 0x20 {
      case _ where byte == UInt8(ascii: "\""): bytes = bytes.drop { $0 != UInt8(ascii: "\"") }.dropFirst()
      case _ where byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "*"):
        bytes = bytes.dropFirst()
      case _ where byte == UInt8(ascii: "["):
        let inside = bytes.prefix { $0 != UInt8(ascii: "]") }
        bytes = bytes.dropFirst(inside.count + 1)
        let letters = Set(inside.map { $0 | 0x20 })
        if letters.count == 1, let letter = letters.first, "hms".utf8.contains(letter) { isElapsed = true }
      case _ where byte == UInt8(ascii: ";"): break scan
      case UInt8(ascii: "y"), UInt8(ascii: "d"): hasDate = true
      case UInt8(ascii: "h"), UInt8(ascii: "s"): hasTime = true
      case UInt8(ascii: "m"): hasMonthOrMinute = true
      case UInt8(ascii: "g") where bytes.starts(with: Array("eneral".utf8)): bytes = bytes.dropFirst(6)
      case UInt8(ascii: "a") where bytes.first.map { $0 | 0x20 } == UInt8(ascii: "m") || bytes.first == 0x2F:
        bytes = bytes.drop { $0 | 0x20 != UInt8(ascii: "p") }.dropFirst()
        if bytes.first.map({ $0 | 0x20 }) == UInt8(ascii: "m") { bytes = bytes.dropFirst() }
      default: break
      }
    }
    if isElapsed {
      self = .elapsed
    } else if hasDate || (hasMonthOrMinute && !hasTime) {
      self = .date
    } else {
      self = hasTime ? .time : .number
    }
  }
}
