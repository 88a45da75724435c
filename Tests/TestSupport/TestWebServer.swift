import Glibc
import Synchronization

/// A small web server in the test's own process, on plain sockets: it answers what the test says, and misbehaves where the test wants it.
///
/// Each connection has a thread of its own. It serves until the process ends, so that no other server gets its port.
public final class TestWebServer: Sendable {
  /// What came.
  public struct Request: Sendable {
    /// The method.
    public let method: String
    /// The path without its query.
    public let path: String
    /// The query's parameters, unescaped.
    public let query: [String: String]
    /// Header fields by lower-case name.
    public let headers: [String: String]
    /// The body.
    public let body: String
    /// How many requests came before this one.
    public let number: Int
  }

  /// What goes back.
  public struct Response: Sendable {
    /// How the body goes out.
    public enum Manner: Sendable {
      /// With its length.
      case whole
      /// In pieces of that many bytes (chunked).
      case chunked(Int)
      /// With its whole length announced, and the connection closed after that many bytes.
      case cut(Int)
      /// Chunked, and closed before the end after that many bytes.
      case cutChunked(Int)
      /// Without a length, and the connection closed after that many bytes.
      case noLength(Int)
      /// With its length announced, that many bytes sent, and then nothing for that many seconds.
      case stalled(Int, Double)
      /// Not at all: the connection is closed without an answer.
      case hangUp
    }
    /// The status.
    public var status: Int
    /// Header fields.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]
    /// How the body goes out.
    public var manner: Manner

    /// A response from its parts.
    public init(_ status: Int = 200, _ body: String = "", headers: [String: String] = [:], manner: Manner = .whole) {
      self.status = status
      self.body = Array(body.utf8)
      self.headers = headers
      self.manner = manner
    }
  }

  /// The address up to the path: `http://127.0.0.1:PORT`.
  public let url: String
  private let state: State

  private final class State: Sendable {
    let handler: @Sendable (Request) -> Response
    let requests = Mutex<[Request]>([])
    init(_ handler: @escaping @Sendable (Request) -> Response) { self.handler = handler }
  }

  /// All requests so far.
  public var requests: [Request] { state.requests.withLock { $0 } }

  /// Starts a server on a free port.
  public init(_ handler: @escaping @Sendable (Request) -> Response) throws {
    let (socket, port) = try listeningSocket()
    url = "http://127.0.0.1:\(port)"
    state = State(handler)
    let state = state
    detachThread {
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0 else { return }
        // A program started meanwhile would keep it open.
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        detachThread { Self.serve(connection, state) }
      }
    }
  }

  private static func serve(_ connection: Int32, _ state: State) {
    defer { close(connection) }
    var buffer: [UInt8] = []
    while let request = read(connection, &buffer, state) {
      guard answer(connection, state.handler(request)) else { return }
    }
  }

  private static func read(_ connection: Int32, _ buffer: inout [UInt8], _ state: State) -> Request? {
    func more() -> Bool {
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return false }
      buffer += piece[..<count]
      return true
    }
    let end: [UInt8] = [13, 10, 13, 10]
    var head: Range<Int>?
    while true {
      head = buffer.firstRange(of: end)
      if head != nil { break }
      guard more() else { return nil }
    }
    guard let head else { return nil }
    let lines = String(decoding: buffer[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    while buffer.count < head.upperBound + length { guard more() else { return nil } }
    let body = String(decoding: buffer[head.upperBound..<head.upperBound + length], as: UTF8.self)
    buffer.removeFirst(head.upperBound + length)
    let words = (lines.first ?? "").split(separator: " ").map(String.init)
    guard words.count > 1 else { return nil }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var query: [String: String] = [:]
    for part in (target.count > 1 ? target[1] : "").split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        unescaped(String($0))
      }
      query[pair[0]] = pair.count > 1 ? pair[1] : ""
    }
    return state.requests.withLock { requests in
      let request = Request(
        method: words[0], path: target[0], query: query, headers: headers, body: body, number: requests.count)
      requests.append(request)
      return request
    }
  }

  private static func unescaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Sends a response; false when the connection must end.
  private static func answer(_ connection: Int32, _ response: Response) -> Bool {
    var head = "HTTP/1.1 \(response.status) X\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    let body = response.body
    func length() -> [UInt8] { Array((head + "Content-Length: \(body.count)\r\n\r\n").utf8) }
    func pieces(_ size: Int, of body: ArraySlice<UInt8>) -> [UInt8] {
      var out: [UInt8] = []
      var rest = body
      while !rest.isEmpty {
        let piece = rest.prefix(size)
        out += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
        rest = rest.dropFirst(size)
      }
      return out
    }
    let chunkedHead = Array((head + "Transfer-Encoding: chunked\r\n\r\n").utf8)
    switch response.manner {
    case .whole: return sendAll(connection, response.status == 304 ? Array((head + "\r\n").utf8) : length() + body)
    case .chunked(let size):
      return sendAll(connection, chunkedHead + pieces(size, of: body[...]) + Array("0\r\n\r\n".utf8))
    case .cut(let count):
      _ = sendAll(connection, length() + body.prefix(count))
      return false
    case .cutChunked(let count):
      _ = sendAll(connection, chunkedHead + pieces(max(1, count), of: body.prefix(count)))
      return false
    case .noLength(let count):
      _ = sendAll(connection, Array((head + "Connection: close\r\n\r\n").utf8) + body.prefix(count))
      return false
    case .stalled(let count, let seconds):
      _ = sendAll(connection, length() + body.prefix(count))
      usleep(useconds_t(seconds * 1e6))
      return false
    case .hangUp: return false
    }
  }
}

/// A socket that listens on a free port of this machine.
public func listeningSocket() throws -> (socket: Int32, port: Int) {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard socket >= 0 else { throw TestSupportError("no socket: errno \(errno)") }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(socket, $0, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &size) == 0
    }
  }
  guard isBound else { throw TestSupportError("no port: errno \(errno)") }
  return (socket, Int(UInt16(bigEndian: address.sin_port)))
}

/// Sends all bytes; false when the other side is gone.
@discardableResult
public func sendAll(_ socket: Int32, _ bytes: [UInt8]) -> Bool {
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeBytes {
      send(socket, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    done += count
  }
  return true
}

/// Runs `body` on a thread of its own, which nobody waits for.
public func detachThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let started = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, Unmanaged.passRetained(Box(body)).toOpaque())
  if started == 0 { pthread_detach(thread) }
}
