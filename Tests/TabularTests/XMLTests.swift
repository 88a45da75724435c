import Glibc
import Testing

@testable import Tabular

/// Writes down what a parser hands on.
struct RecordingState: XMLState {
  var events: [String] = []
  private var gathered: [UInt8] = []

  private mutating func flush() {
    if !gathered.isEmpty { events.append("text \(String(decoding: gathered, as: UTF8.self))") }
    gathered = []
  }

  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    flush()
    var text = "start \(String(cString: name.start))"
    var p = attributes
    while let key = p[0], let value = p[1] {
      text += " \(String(cString: key))=\(String(cString: value))"
      p += 2
    }
    events.append(text)
  }

  mutating func end(_ name: XMLName) {
    flush()
    events.append("end \(String(cString: name.start))")
  }

  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int) {
    gathered += UnsafeRawBufferPointer(start: start, count: count)
  }
}

@Suite("XML")
struct XMLTests {
  /// Events of a text, nil when it is refused.
  private func events(_ bytes: [UInt8], piece: Int, expat: Bool) -> [String]? {
    let state = UnsafeMutablePointer<RecordingState>.allocate(capacity: 1)
    state.initialize(to: RecordingState())
    defer {
      state.deinitialize(count: 1)
      state.deallocate()
    }
    do throws(XMLFault) {
      if expat {
        guard let parser = ExpatParser(state: state, depthLimit: 20) else { return nil }
        var failure: XMLFault?
        bytes.withUnsafeBytes { all in
          do throws(XMLFault) { try parser.parse(all, isFinal: true) } catch { failure = error }
        }
        if let failure { throw failure }
      } else {
        var scanner = XMLScanner(state: state, depthLimit: 20, pieceBytes: piece)
        defer { scanner.deallocate() }
        var at = 0
        while at < bytes.count {
          let count = min(piece, bytes.count - at)
          scanner.space().copyBytes(from: bytes[at..<at + count])
          scanner.take(count)
          at += count
          try scanner.scan(isFinal: false)
        }
        try scanner.scan(isFinal: true)
      }
    } catch {
      return nil
    }
    return state.pointee.events
  }

  private let samples = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<a:b x='1' y = \"&lt;&#x5bbf;'\"><!-- c > --><c/>t&amp;u&#10;\r\nv<![CDATA[<\r\n&\r]]></a:b>\n",
    "<r><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"/><is><t xml:space=\"preserve\"> 宿迁 </t></is></r>",
    "<a><b><c>x</c></b>\r<b d=\"e\"/>&quot;&apos;&gt;</a><!-- end --><?p i?>",
  ].map { Array($0.utf8) }

  @Test("events are those of expat, whatever the pieces", arguments: [1, 2, 3, 7, 64, 4096])
  func same(piece: Int) throws {
    for sample in samples {
      let expected = try #require(events(sample, piece: 0, expat: true))
      #expect(events(sample, piece: piece, expat: false) == expected)
    }
  }

  @Test(
    "what expat refuses is refused",
    arguments: [
      "<a>", "<a></b>", "<a/><b/>", "x<a/>", "<a>&x;</a>", "<a>&#0;</a>", "<a b></a>", "<a b=1/>", "<a b=\"<\"/>",
      "<!DOCTYPE a><a/>",
      "", "<1/>", "< a/>", "<a>&amp</a>", "<a b=\"1\"c=\"2\"/>", "<a>\u{0}", "<a><![CDATA[x</a>", "</a>", "<a / >",
    ])
  func refused(_ text: String) {
    #expect(events(Array(text.utf8), piece: 0, expat: true) == nil)
    for piece in [1, 5, 100] { #expect(events(Array(text.utf8), piece: piece, expat: false) == nil, "\(text)") }
  }

  @Test("on mutated XML that expat takes, the events are the same; pieces never matter")
  func mutated() {
    let count = fuzzCount(6000)
    var taken = 0
    let alphabet = Array("<>/=\"'&;! \n\rabct?-[]:#x1".utf8)
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed ^ 0x3A7)
      var bytes = samples.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0: bytes.remove(at: at)
        case 1: bytes.insert(alphabet.randomElement(using: &generator) ?? 0x20, at: at)
        default: bytes[at] = alphabet.randomElement(using: &generator) ?? 0x20
        }
      }
      let whole = events(bytes, piece: 4096, expat: false)
      let pieces = events(bytes, piece: Int.random(in: 1...20, using: &generator), expat: false)
      #expect(whole == pieces, "seed \(seed)")
      guard let expected = events(bytes, piece: 0, expat: true) else { continue }
      taken += 1
      #expect(whole == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(taken > count / 20)
    print("XML fuzz inputs: \(count), \(taken) of them well-formed")
  }
}
