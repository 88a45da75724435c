import Foundation
import Synchronization
import TestSupport

/// Where a proxy strikes.
enum Moment: Sendable {
  /// At a statement, counted from 0 over all sessions: before it reaches the server, or when its reply is complete and before any of it is
  /// handed over.
  case statement(Int, Side)
  /// Before the first statement of that name reaches the server.
  case first(String)
  /// When that many bytes have gone to and fro.
  case byte(Int)

  enum Side: Sendable { case request, reply }
}

/// What becomes of the session once the proxy has struck.
enum Aftermath: Sendable {
  /// It goes on.
  case goesOn
  /// Both ends are closed.
  case cut
  /// Nothing is handed over any more; both ends stay open until the program's end.
  case frozen
}

/// Stands between the program and the server as a socket of its own, names every statement that passes, and strikes at one moment.
///
/// It speaks just enough of PostgreSQL's protocol (version 3; messages are a type byte, a length, a body) to tell statements apart.
final class Proxy: @unchecked Sendable {
  /// What is done at the moment; gets the number of the server's process.
  typealias Blow = @Sendable (Int32) throws -> Aftermath

  private struct State {
    var moment: Moment?
    var blow: Blow?
    var statements: [String] = []
    var bytes = 0
    var struck: String?
    var failure: String?
    var isClosed = false
  }

  /// The folder of its socket, for the program's address.
  let folder: String
  private let target: String
  private let listener: Int32
  private let state = Mutex(State())

  /// Listens in a folder that exists, in front of the server whose socket lies in `target`.
  init(folder: String, target: String) throws {
    self.folder = folder
    self.target = "\(target)/.s.PGSQL.5432"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let path = "\(folder)/.s.PGSQL.5432"
    unlink(path)
    guard listener >= 0, Socket.withAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
      throw TestSupportError("no proxy in \(folder): errno \(errno)")
    }
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread { [self] in Session(proxy: self, client: client).serve() }
      }
    }
  }

  /// Sets the one moment and what happens then.
  func strike(at moment: Moment, _ blow: @escaping Blow) {
    state.withLock {
      $0.moment = moment
      $0.blow = blow
    }
  }

  /// The statements that passed, in order.
  var statements: [String] { state.withLock { $0.statements } }
  /// The bytes that passed.
  var bytes: Int { state.withLock { $0.bytes } }
  /// Where it struck; `nil` while it has not.
  var struck: String? { state.withLock { $0.struck } }
  /// What went wrong with the blow itself.
  var failure: String? { state.withLock { $0.failure } }

  /// Takes no more sessions and ends those that are frozen.
  func close() {
    state.withLock { $0.isClosed = true }
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
  }

  private var isClosed: Bool { state.withLock { $0.isClosed } }

  /// One session: two sockets and what has been read of each.
  private final class Session {
    let proxy: Proxy
    let client: Int32
    var server: Int32 = -1
    var fromClient: [UInt8] = []
    var fromServer: [UInt8] = []
    var begun = false
    var backend: Int32 = 0
    /// The statement whose reply is awaited.
    var current = -1
    var name = ""
    var aftermath = Aftermath.goesOn

    init(proxy: Proxy, client: Int32) {
      self.proxy = proxy
      self.client = client
    }

    func serve() {
      server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      _ = fcntl(server, F_SETFD, FD_CLOEXEC)
      defer {
        Glibc.close(client)
        Glibc.close(server)
      }
      guard Socket.withAddress(proxy.target, { connect(server, $0, $1) }) == 0 else { return }
      while relay() {}
      guard case .frozen = aftermath else { return }
      while !proxy.isClosed {
        var ends = [pollfd(fd: client, events: 0, revents: 0)]
        if poll(&ends, 1, 20) > 0, ends[0].revents & Int16(POLLHUP | POLLERR) != 0 { return }
      }
    }

    /// Hands over what one side has said; false at the session's end.
    private func relay() -> Bool {
      var ends = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&ends, 2, -1) > 0 || errno == EINTR else { return false }
      for (index, end) in ends.enumerated() where end.revents != 0 {
        guard let bytes = Socket.read(end.fd) else { return false }
        let isFine = index == 0 ? take(bytes, from: \.fromClient) : take(bytes, from: \.fromServer)
        if !isFine { return false }
      }
      return true
    }

    private func take(_ bytes: [UInt8], from side: ReferenceWritableKeyPath<Session, [UInt8]>) -> Bool {
      let isClient = side == \Session.fromClient
      if let part = proxy.count(bytes.count) {
        Socket.write(isClient ? server : client, self[keyPath: side] + bytes.prefix(part))
        if !strike("byte") { return false }
      }
      self[keyPath: side] += bytes
      while let message = Self.message(&self[keyPath: side], startup: isClient && !begun) {
        if isClient ? !request(message) : !reply(message) { return false }
      }
      return true
    }

    /// Takes one whole message off the front.
    private static func message(_ bytes: inout [UInt8], startup: Bool) -> [UInt8]? {
      let head = startup ? 0 : 1
      guard bytes.count >= head + 4 else { return nil }
      let length = bytes[head..<head + 4].reduce(0) { $0 << 8 | Int($1) } + head
      guard bytes.count >= length else { return nil }
      defer { bytes.removeFirst(length) }
      return Array(bytes.prefix(length))
    }

    private func request(_ message: [UInt8]) -> Bool {
      guard begun else {
        begun = true
        Socket.write(server, message)
        return true
      }
      let name: String?
      switch message[0] {
      case UInt8(ascii: "P"):
        let body = message.dropFirst(5).drop { $0 != 0 }.dropFirst()
        name = StatementNames.repository.name(String(decoding: body.prefix { $0 != 0 }, as: UTF8.self))
      case UInt8(ascii: "Q"):
        name = StatementNames.repository.name(String(decoding: message.dropFirst(5).dropLast(), as: UTF8.self))
      case UInt8(ascii: "d"): name = self.name.replacingOccurrences(of: " data", with: "") + " data"
      case UInt8(ascii: "c"): name = self.name.replacingOccurrences(of: " data", with: "") + " end"
      default: name = nil
      }
      if let name {
        self.name = name
        current = proxy.note(name)
        if proxy.isDue(current, .request), !strike("before \(name)") { return false }
      }
      Socket.write(server, message)
      return true
    }

    private func reply(_ message: [UInt8]) -> Bool {
      if message[0] == UInt8(ascii: "K"), message.count >= 9 {
        backend = Int32(truncatingIfNeeded: message[5..<9].reduce(0) { $0 << 8 | Int($1) })
      }
      if proxy.isDue(current, .reply) {
        // Ready for query, or ready for the bytes of a COPY: the reply is complete.
        guard message[0] == UInt8(ascii: "Z") || message[0] == UInt8(ascii: "G") else { return true }
        if !strike("reply to \(name)") { return false }
      }
      Socket.write(client, message)
      return true
    }

    private func strike(_ place: String) -> Bool {
      guard let blow = proxy.take(place) else { return true }
      do {
        aftermath = try blow(backend)
      } catch {
        proxy.state.withLock { $0.failure = "\(error)" }
        aftermath = .cut
      }
      if case .goesOn = aftermath { return true }
      return false
    }
  }

  private func note(_ name: String) -> Int {
    state.withLock {
      $0.statements.append(name)
      return $0.statements.count - 1
    }
  }

  private func isDue(_ index: Int, _ side: Moment.Side) -> Bool {
    state.withLock {
      guard $0.struck == nil else { return false }
      switch $0.moment {
      case .statement(index, let wanted): return wanted == side
      case .first(let name): return side == .request && $0.statements[index] == name
      default: return false
      }
    }
  }

  /// Counts bytes; how many of them still pass when the moment lies within.
  private func count(_ bytes: Int) -> Int? {
    state.withLock {
      let before = $0.bytes
      $0.bytes += bytes
      guard $0.struck == nil, case .byte(let wanted)? = $0.moment, $0.bytes > wanted else { return nil }
      return wanted - before
    }
  }

  private func take(_ place: String) -> Blow? {
    state.withLock {
      guard $0.struck == nil else { return nil }
      $0.struck = place
      return $0.blow
    }
  }
}

/// Unix sockets.
enum Socket {
  static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      room.copyBytes(from: path.utf8.prefix(room.count - 1))
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  /// What can be read now; `nil` at the end.
  static func read(_ file: Int32) -> [UInt8]? {
    var room = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(file, &room, room.count, 0)
    return count > 0 ? Array(room.prefix(count)) : nil
  }

  /// Writes all; an end that is gone is noticed when it is read.
  static func write(_ file: Int32, _ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(file, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      done += count
    }
  }
}
