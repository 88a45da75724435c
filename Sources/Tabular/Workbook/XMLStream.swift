import CExpat
import Glibc

/// What a part's handlers keep while expat runs: a struct behind a pointer, so that a callback costs no reference counting.
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

/// What expat's callbacks are given: a C function knows no generic type, so that one virtual call leads to the state.
class XMLHandler {
  let parser: XML_Parser
  let limit: Int
  /// Depth of the element, and why parsing was stopped; behind a pointer, for access without checks.
  let guards: UnsafeMutablePointer<(depth: Int, refusal: TableError.Kind?)>

  init(parser: XML_Parser, limit: Int) {
    self.parser = parser
    self.limit = limit
    guards = .allocate(capacity: 1)
    guards.initialize(to: (0, nil))
  }

  deinit { guards.deallocate() }

  func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {}
  func end(_ name: XMLName) {}
  func text(_ start: UnsafePointer<CChar>, _ count: Int) {}

  final func refuse(_ kind: TableError.Kind) {
    guards.pointee.refusal = kind
    XML_StopParser(parser, XML_Bool(XML_FALSE))
  }

  @inline(__always)
  static func with(_ data: UnsafeMutableRawPointer?, _ body: (XMLHandler) -> Void) {
    guard let data else { return }
    Unmanaged<XMLHandler>.fromOpaque(data)._withUnsafeGuaranteedRef(body)
  }

  /// Makes the parser call this handler, which must outlive it.
  final func install() {
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { data, name, attributes in
        guard let name, let attributes else { return }
        XMLHandler.with(data) { handler in
          handler.guards.pointee.depth += 1
          if handler.guards.pointee.depth > handler.limit {
            handler.refuse(.workbookCorrupt)
          } else {
            handler.start(XMLName(name), attributes)
          }
        }
      },
      { data, name in
        guard let name else { return }
        XMLHandler.with(data) { handler in
          handler.guards.pointee.depth -= 1
          handler.end(XMLName(name))
        }
      })
    XML_SetCharacterDataHandler(parser) { data, start, count in
      guard let start else { return }
      XMLHandler.with(data) { $0.text(start, Int(count)) }
    }
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
      XMLHandler.with(data) { $0.refuse(.forbiddenXML) }
    }
  }
}

/// Hands the callbacks on to a state.
private final class XMLStateHandler<State: XMLState>: XMLHandler {
  let state: UnsafeMutablePointer<State>

  init(parser: XML_Parser, limit: Int, state: State) {
    self.state = .allocate(capacity: 1)
    self.state.initialize(to: state)
    super.init(parser: parser, limit: limit)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  override func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    state.pointee.start(name, attributes)
  }

  override func end(_ name: XMLName) { state.pointee.end(name) }

  override func text(_ start: UnsafePointer<CChar>, _ count: Int) { state.pointee.text(start, count) }
}

/// A part of a workbook pushed through expat piece by piece. A document type declaration is refused, and with it every entity.
final class XMLStream<State: XMLState> {
  private let file: String
  private let path: String
  private let parser: XML_Parser
  private let part: ZipPart
  private let handler: XMLStateHandler<State>
  private let pieceBytes: Int
  private(set) var isDone = false
  private var fed = 0
  /// A tag must be held as a whole; no spreadsheet program writes one of this length.
  private let longestToken = 4 << 20

  init(
    _ part: ZipPart, path: String, file: String, state: State, limits: Limits, pieceBytes: Int = 16 << 10
  ) throws(TableError) {
    guard let parser = XML_ParserCreate(nil) else {
      throw TableError(.io, file: file, "expat cannot start.", nextStep: "Check the memory left.")
    }
    self.parser = parser
    self.part = part
    self.path = path
    self.file = file
    self.pieceBytes = pieceBytes
    handler = XMLStateHandler(parser: parser, limit: limits.depth, state: state)
    handler.install()
  }

  deinit { XML_ParserFree(parser) }

  /// The handlers' state.
  var state: UnsafeMutablePointer<State> { handler.state }

  /// Parses the next piece. - Returns: false when the part is at its end.
  func parseNext() throws(TableError) -> Bool {
    if isDone { return false }
    guard let space = XML_GetBuffer(parser, Int32(pieceBytes)) else {
      throw TableError(.io, file: file, "expat has no memory left.", nextStep: "Check the memory left.")
    }
    let count = try part.read(into: UnsafeMutableRawBufferPointer(start: space, count: pieceBytes))
    isDone = count == 0
    fed += count
    if XML_ParseBuffer(parser, Int32(count), isDone ? 1 : 0) == XML_STATUS_OK {
      if fed - Int(XML_GetCurrentByteIndex(parser)) < longestToken { return true }
      throw TableError(
        .workbookCorrupt, file: file, "Part \(path) of the workbook has a tag of more than \(longestToken) bytes.",
        nextStep: "Open it in a spreadsheet program and save it anew.")
    }
    let line = Int(XML_GetCurrentLineNumber(parser))
    if handler.guards.pointee.refusal == .forbiddenXML {
      throw TableError(
        .forbiddenXML, file: file, "Part \(path) of the workbook declares a document type, which workbooks never do.",
        nextStep: "Do not open it; ask its sender where it comes from.")
    }
    let words =
      handler.guards.pointee.refusal == nil
      ? String(cString: XML_ErrorString(XML_GetErrorCode(parser))) : "elements nest too deep"
    throw TableError(
      .workbookCorrupt, file: file,
      "Part \(path) of the workbook is no valid XML (line \(line) of the part): \(words).",
      nextStep: "Open it in a spreadsheet program and save it anew.")
  }

  /// Parses all of the part.
  func parseAll() throws(TableError) {
    while try parseNext() {}
  }
}
