import Glibc

/// What takes a part's elements while it is parsed: a struct behind a pointer, so that a callback costs no reference counting.
protocol XMLState {
  /// An element begins. `name` is its local name; `attributes` are names and values by turns, ended by nil.
  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>)
  mutating func end(_ name: XMLName)
  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int)
}

/// The local name of an element: the bytes after a prefix.
struct XMLName {
  let start: UnsafePointer<CChar>

  @inline(__always)
  init(_ name: UnsafePointer<CChar>) {
    // Names without prefix and of one letter are the most frequent by far.
    if name[0] == 0 || name[1] == 0 {
      start = name
      return
    }
    var local = name
    var p = name
    while p.pointee != 0 {
      if p.pointee == 0x3A { local = p + 1 }
      p += 1
    }
    start = local
  }

  /// True for a name of this one ASCII letter.
  @inline(__always)
  func isLetter(_ letter: UInt8) -> Bool { start[0] == CChar(bitPattern: letter) && start[1] == 0 }

  @inline(__always)
  static func == (name: XMLName, other: StaticString) -> Bool { equals(name.start, other) }
}

/// True when a C string reads as the literal.
@inline(__always)
func equals(_ text: UnsafePointer<CChar>, _ literal: StaticString) -> Bool {
  strcmp(text, UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
}

/// Value of the attribute of this local name, nil when it is not there.
func attribute(
  _ name: StaticString, in attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>
) -> UnsafePointer<CChar>? {
  var p = attributes
  while let key = p[0], let value = p[1] {
    if XMLName(key) == name { return value }
    p += 2
  }
  return nil
}

/// Why a part is no XML that a workbook may hold.
enum XMLFault: Error {
  /// It is not well-formed.
  case malformed(String)
  /// It declares a document type.
  case documentType

  /// A tag must be held as a whole; no spreadsheet program writes one of this many bytes.
  static let longestToken = 4 << 20
}

/// A part of a workbook parsed piece by piece as it is unpacked: in UTF-8 by the scanner of this room, in other charsets by expat.
final class XMLStream<State: XMLState> {
  private let file: String
  private let path: String
  private let part: ZipPart
  private let limits: Limits
  private var scanner: XMLScanner<State>
  private var expat: ExpatParser<State>?
  private var hasBegun = false
  private(set) var isDone = false
  /// The state that takes the elements.
  let state: UnsafeMutablePointer<State>

  /// - Parameter usesExpat: parses UTF-8 by expat too, to compare the two.
  init(
    _ part: ZipPart, path: String, file: String, state: State, limits: Limits, pieceBytes: Int = 16 << 10,
    usesExpat: Bool = false
  ) throws(TableError) {
    self.part = part
    self.path = path
    self.file = file
    self.limits = limits
    self.state = .allocate(capacity: 1)
    self.state.initialize(to: state)
    scanner = XMLScanner(state: self.state, depthLimit: limits.depth, pieceBytes: pieceBytes)
    if usesExpat { try startExpat() }
  }

  deinit {
    scanner.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  private func startExpat() throws(TableError) {
    expat = ExpatParser(state: state, depthLimit: limits.depth)
    guard expat != nil else {
      throw TableError(.io, file: file, "expat cannot start.", nextStep: "Check the memory left.")
    }
  }

  /// Parses the next piece. - Returns: false when the part is at its end.
  func parseNext() throws(TableError) -> Bool {
    if isDone { return false }
    let count = try part.read(into: scanner.space())
    isDone = count == 0
    scanner.take(count)
    if !hasBegun {
      hasBegun = true
      if expat == nil, !scanner.isUTF8 { try startExpat() }
    }
    do throws(XMLFault) {
      if let expat {
        try expat.parse(scanner.drain(), isFinal: isDone)
      } else {
        try scanner.scan(isFinal: isDone)
      }
    } catch {
      throw failure(error)
    }
    return true
  }

  /// Parses all of the part.
  func parseAll() throws(TableError) {
    while try parseNext() {}
  }

  private func failure(_ fault: XMLFault) -> TableError {
    guard case .malformed(let words) = fault else {
      return TableError(
        .forbiddenXML, file: file, "Part \(path) of the workbook declares a document type, which workbooks never do.",
        nextStep: "Do not open it; ask its sender where it comes from.")
    }
    return TableError(
      .workbookCorrupt, file: file, "Part \(path) of the workbook is no valid XML: \(words).",
      nextStep: "Open it in a spreadsheet program and save it anew.")
  }
}
