import CExpat

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

  init(parser: XML_Parser, limit: Int, state: UnsafeMutablePointer<State>) {
    self.state = state
    super.init(parser: parser, limit: limit)
  }

  override func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    state.pointee.start(name, attributes)
  }

  override func end(_ name: XMLName) { state.pointee.end(name) }

  override func text(_ start: UnsafePointer<CChar>, _ count: Int) { state.pointee.text(start, count) }
}

/// Parses parts in any charset that XML allows, by expat.
final class ExpatParser<State: XMLState> {
  private let parser: XML_Parser
  private let handler: XMLStateHandler<State>
  private var fed = 0

  /// - Parameter state: takes the elements; must outlive the parser.
  init?(state: UnsafeMutablePointer<State>, depthLimit: Int) {
    guard let parser = XML_ParserCreate(nil) else { return nil }
    self.parser = parser
    handler = XMLStateHandler(parser: parser, limit: depthLimit, state: state)
    handler.install()
  }

  deinit { XML_ParserFree(parser) }

  /// Parses the next bytes. A document type declaration is refused, and with it every entity.
  func parse(_ bytes: UnsafeRawBufferPointer, isFinal: Bool) throws(XMLFault) {
    fed += bytes.count
    let start = bytes.bindMemory(to: CChar.self).baseAddress
    if XML_Parse(parser, start, Int32(bytes.count), isFinal ? 1 : 0) == XML_STATUS_OK {
      if fed - Int(XML_GetCurrentByteIndex(parser)) < XMLFault.longestToken { return }
      throw .malformed("a tag is too long")
    }
    switch handler.guards.pointee.refusal {
    case .forbiddenXML: throw .documentType
    case nil: throw .malformed(String(cString: XML_ErrorString(XML_GetErrorCode(parser))))
    default: throw .malformed("elements nest too deep")
    }
  }
}
