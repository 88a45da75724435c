import Foundation
import Synchronization

/// A receiver of mail that speaks just enough of SMTP (RFC 5321), one thread a connection, until the process ends.
public final class MailReceiver: Sendable {
  /// A message as it came.
  public struct Mail: Sendable, Equatable {
    /// Who logged in, from whom and to whom it is.
    public var user = "", from = "", to: [String] = []
    /// Header and body, lines ended by LF.
    public var data = ""

    /// A message from its parts.
    public init(user: String = "", from: String = "", to: [String] = [], data: String = "") {
      self.user = user
      self.from = from
      self.to = to
      self.data = data
    }
  }

  /// The port of this machine.
  public let port: Int
  private let mails = Mutex<[Mail]>([])
  private let offers: [String]
  private let replies: [String: String]
  private let isBusy: @Sendable () -> Bool

  /// What was taken.
  public var taken: [Mail] { mails.withLock { $0 } }

  /// Starts a receiver on a free port.
  /// - Parameters:
  ///   - offers: what it says to EHLO beside its name.
  ///   - replies: what is answered to a command instead of 250, by its beginning; `.` is the end of a message; an empty text hangs up.
  ///   - tunnel: the port of a server that goes on, encrypted, after STARTTLS.
  ///   - isBusy: whether a message that came whole is put off with 451.
  public init(
    offers: [String] = [], replies: [String: String] = [:], tunnel: Int? = nil,
    isBusy: @escaping @Sendable () -> Bool = { false }
  ) throws {
    self.isBusy = isBusy
    let (socket, port) = try listeningSocket()
    self.port = port
    self.offers = offers
    self.replies = replies
    detachThread { [self] in
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0 else { return }
        serve(from: connection, to: connection, tunnel: tunnel)
        close(connection)
      }
    }
  }

  /// Speaks over two descriptors until the other side leaves.
  public func serve(from input: Int32, to output: Int32, tunnel: Int? = nil, greets: Bool = true) {
    var buffer: [UInt8] = []
    func line() -> String? {
      while true {
        if let end = buffer.firstRange(of: [13, 10]) {
          defer { buffer.removeFirst(end.upperBound) }
          return String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        }
        var piece = [UInt8](repeating: 0, count: 4096)
        let count = read(input, &piece, piece.count)
        guard count > 0 else { return nil }
        buffer += piece[..<count]
      }
    }
    func say(_ text: String) {
      let bytes = Array((text + "\r\n").utf8)
      _ = write(output, bytes, bytes.count)
    }
    if greets { say("220 test") }
    var mail = Mail()
    while let command = line() {
      let special = replies.first { command.hasPrefix($0.key) && $0.key != "." }?.value
      if special?.isEmpty == true { return }
      if let special {
        say(special)
      } else if command.hasPrefix("EHLO") {
        let words = ["test"] + offers + (tunnel == nil ? [] : ["STARTTLS"])
        say(
          words.enumerated().map { "250\($0.offset == words.count - 1 ? " " : "-")\($0.element)" }.joined(
            separator: "\r\n"))
      } else if command == "STARTTLS", let tunnel {
        say("220 go on")
        relay(input, tunnel)
        return
      } else if command == "DATA" {
        say("354 go on")
        var lines: [String] = []
        while true {
          // Whoever leaves before the end has sent nothing.
          guard let next = line() else { return }
          if next == "." { break }
          lines.append(next.hasPrefix(".") ? String(next.dropFirst()) : next)
        }
        mail.data = lines.joined(separator: "\n")
        if let reply = replies["."] {
          if reply.isEmpty { return }
          say(reply)
          continue
        }
        if isBusy() {
          say("451 busy")
          mail = Mail(user: mail.user)
          continue
        }
        mails.withLock { $0.append(mail) }
        mail = Mail(user: mail.user)
        say("250 taken")
      } else if command == "QUIT" {
        say("221 bye")
        return
      } else if command == "AUTH PLAIN" {
        say("334 ")
        let text = Data(base64Encoded: line() ?? "").map { String(decoding: $0, as: UTF8.self) } ?? ""
        mail.user = text.replacingOccurrences(of: "\0", with: "|")
        say("235 welcome")
      } else {
        if command.hasPrefix("MAIL FROM:") { mail.from = String(command.dropFirst(10).prefix { $0 != " " }) }
        if command.hasPrefix("RCPT TO:") { mail.to.append(String(command.dropFirst(8))) }
        say("250 ok")
      }
    }
  }

  /// Carries bytes both ways between a connection and a port of this machine.
  private func relay(_ connection: Int32, _ port: Int) {
    guard let other = connectedSocket(port) else { return }
    defer { close(other) }
    detachThread { Self.carry(from: other, to: connection) }
    Self.carry(from: connection, to: other)
  }

  private static func carry(from input: Int32, to output: Int32) {
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(input, &piece, piece.count)
      guard count > 0, sendAll(output, Array(piece[..<count])) else { break }
    }
    shutdown(output, Int32(SHUT_WR))
  }
}

/// A connection to a port of this machine; `nil` when nobody listens.
public func connectedSocket(_ port: Int) -> Int32? {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  address.sin_port = UInt16(port).bigEndian
  let isConnected = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
  guard isConnected else {
    close(socket)
    return nil
  }
  return socket
}
