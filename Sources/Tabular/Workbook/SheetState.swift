/// A row of a sheet in a batch.
struct RowSpan {
  var line: Int
  var firstCell: Int
  var count: Int
  var defect: RecordDefect?
}

/// Turns a sheet's XML into rows of cells. A row in the making stays when the batch before it is dropped.
struct SheetState: XMLState {
  /// How the text of a cell is to be understood (ECMA-376 part 1, 18.18.11).
  private enum Kind { case number, shared, text, boolean }

  var arena = Arena(capacity: 1 << 16)
  var cells: UnsafeMutablePointer<FieldSlice>
  private var cellCapacity = 4096
  private var cellCount = 0
  var rows: [RowSpan] = []
  var blankRows = 0

  private let shared: SharedTable
  private let formats: [CellFormat]
  private let uses1904: Bool
  private let limits: Limits
  /// Rows of a sheet (ECMA-376, part 1, section 18.3.1.73; as spreadsheet programs have them).
  private static let mostRows = 1 << 20
  private var lastLine = 0
  private var row = RowSpan(line: 0, firstCell: 0, count: 0)
  private var isInRow = false
  private var rowStart = 0
  private var column = 0
  private var kind = Kind.number
  private var style = 0
  private var isInCell = false
  private var takesText = false
  private var hasText = false
  private var isInline = false
  private var phonetic = 0
  private var cellStart = 0

  init(shared: SharedTable, formats: [CellFormat], uses1904: Bool, limits: Limits) {
    self.shared = shared
    self.formats = formats
    self.uses1904 = uses1904
    self.limits = limits
    cells = .allocate(capacity: cellCapacity)
  }

  func deallocate() {
    arena.deallocate()
    cells.deallocate()
  }

  /// Drops the rows that are done and moves the one in the making to the front.
  mutating func dropRows() {
    rows.removeAll(keepingCapacity: true)
    guard isInRow else {
      arena.count = 0
      cellCount = 0
      return
    }
    let shift = rowStart
    if shift > 0 {
      arena.base.update(from: arena.base + shift, count: arena.count - shift)
      arena.count -= shift
      cellStart -= shift
      rowStart = 0
    }
    for i in 0..<row.count {
      var cell = cells[row.firstCell + i]
      if cell.bits & FieldSlice.missing == 0 { cell.start -= UInt32(shift) }
      cells[i] = cell
    }
    row.firstCell = 0
    cellCount = row.count
  }

  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    if name.isLetter(UInt8(ascii: "c")) {
      if isInRow { startCell(attributes) }
    } else if name.isLetter(UInt8(ascii: "v")) {
      takesText = isInCell
      hasText = hasText || isInCell
    } else if name.isLetter(UInt8(ascii: "t")) {
      takesText = isInCell && isInline && phonetic == 0
      hasText = hasText || takesText
    } else if name == "is" {
      isInline = true
    } else if name == "rPh" {
      phonetic += 1
    } else if name == "row" {
      startRow(attributes)
    }
  }

  mutating func end(_ name: XMLName) {
    if name.isLetter(UInt8(ascii: "c")) {
      if isInCell { endCell() }
    } else if name.isLetter(UInt8(ascii: "v")) || name.isLetter(UInt8(ascii: "t")) {
      takesText = false
    } else if name == "is" {
      isInline = false
    } else if name == "rPh" {
      phonetic -= 1
    } else if name == "row" {
      if isInRow { endRow() }
    }
  }

  @inline(__always)
  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int) {
    guard takesText else { return }
    if arena.count &- cellStart > limits.fieldBytes {
      row.defect = .fieldTooLong
      return
    }
    arena.append(start, count)
  }

  private mutating func startRow(_ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    var line = lastLine + 1
    // A number that goes back, stands twice or lies outside a sheet is none: a line names one row.
    if let number = attribute("r", in: attributes).flatMap({ Int(String(cString: $0)) }), number > lastLine,
      number <= Self.mostRows
    {
      line = number
    }
    if line > lastLine + 1 { blankRows += line - lastLine - 1 }
    lastLine = line
    isInRow = true
    rowStart = arena.count
    row = RowSpan(line: line, firstCell: cellCount, count: 0)
    column = -1
  }

  private mutating func endRow() {
    isInRow = false
    while row.count > 0, cells[row.firstCell + row.count - 1].bits & FieldSlice.missing != 0 { row.count -= 1 }
    cellCount = row.firstCell + row.count
    if arena.count - rowStart > limits.recordBytes { row.defect = .recordTooLong }
    if row.count == 0, row.defect == nil {
      blankRows += 1
      return
    }
    rows.append(row)
  }

  @inline(__always)
  private mutating func startCell(_ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    column &+= 1
    kind = .number
    style = 0
    hasText = false
    isInCell = true
    cellStart = arena.count
    var p = attributes
    while let key = p[0], let value = p[1] {
      p += 2
      // Only attributes without prefix and of one letter mean anything here.
      guard key[0] != 0, key[1] == 0 else { continue }
      switch UInt8(bitPattern: key[0]) {
      case UInt8(ascii: "r"): column = SheetState.column(value) ?? column
      case UInt8(ascii: "s"): style = SheetState.integer(value)
      case UInt8(ascii: "t"): kind = SheetState.kind(value)
      default: break
      }
    }
  }

  private mutating func endCell() {
    isInCell = false
    takesText = false
    guard hasText else { return }
    switch kind {
    case .number:
      let format = style < formats.count ? formats[style] : .number
      CellValue.rewrite(&arena, from: cellStart, format: format, uses1904: uses1904)
    case .shared: takeShared()
    case .boolean:
      let isTrue = arena.count > cellStart && arena.base[cellStart] == UInt8(ascii: "1")
      arena.count = cellStart
      for byte in isTrue ? "TRUE".utf8 : "FALSE".utf8 { arena.append(byte) }
    case .text: XMLText.unescape(&arena, from: cellStart)
    }
    guard column < limits.columns else {
      row.defect = .tooManyFields
      arena.count = cellStart
      return
    }
    put(FieldSlice(start: cellStart, length: arena.count - cellStart, marks: FieldSlice.inArena))
  }

  private mutating func takeShared() {
    var index = 0
    for i in cellStart..<arena.count {
      let digit = arena.base[i]
      guard digit >= 0x30, digit <= 0x39, index < 1 << 31 else {
        index = .max
        break
      }
      index = index * 10 + Int(digit - 0x30)
    }
    arena.count = cellStart
    guard index < shared.count, let base = shared.base, let offsets = shared.offsets else { return }
    let from = Int(offsets[index])
    let length = Int(offsets[index + 1]) - from
    guard arena.count + length - rowStart <= limits.recordBytes else {
      row.defect = .recordTooLong
      return
    }
    arena.append(base + from, length)
  }

  /// Sets the cell of the current column; cells between it and the one before are missing.
  @inline(__always)
  private mutating func put(_ cell: FieldSlice) {
    if column < row.count {
      cells[row.firstCell + column] = cell
      return
    }
    let wanted = row.firstCell + column + 1
    if wanted > cellCapacity { growCells(wanted) }
    while row.count < column {
      cells[row.firstCell + row.count] = FieldSlice(start: 0, length: 0, marks: FieldSlice.missing)
      row.count &+= 1
    }
    cells[row.firstCell + column] = cell
    row.count &+= 1
    cellCount = row.firstCell + row.count
  }

  private mutating func growCells(_ wanted: Int) {
    let capacity = max(wanted, cellCapacity * 2)
    let larger = UnsafeMutablePointer<FieldSlice>.allocate(capacity: capacity)
    larger.update(from: cells, count: cellCount)
    cells.deallocate()
    cells = larger
    cellCapacity = capacity
  }

  /// Column of a reference such as `AB12`, counted from 0; nil when it does not begin with letters.
  @inline(__always)
  static func column(_ reference: UnsafePointer<CChar>) -> Int? {
    var value = 0
    var p = reference
    while true {
      let letter = UInt8(bitPattern: p.pointee) & 0xDF
      guard letter >= 0x41, letter <= 0x5A, value < 1 << 20 else { break }
      value = value &* 26 &+ Int(letter &- 0x40)
      p += 1
    }
    return value == 0 ? nil : value &- 1
  }

  @inline(__always)
  private static func integer(_ digits: UnsafePointer<CChar>) -> Int {
    var value = 0
    var p = digits
    while p.pointee >= 0x30, p.pointee <= 0x39, value < 1 << 24 {
      value = value &* 10 &+ Int(p.pointee &- 0x30)
      p += 1
    }
    return value
  }

  @inline(__always)
  private static func kind(_ type: UnsafePointer<CChar>) -> Kind {
    switch (UInt8(bitPattern: type[0]), type[1]) {
    case (UInt8(ascii: "s"), 0): .shared
    case (UInt8(ascii: "b"), 0): .boolean
    case (UInt8(ascii: "n"), 0): .number
    default: .text
    }
  }
}
