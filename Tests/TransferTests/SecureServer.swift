import Glibc
import TestSupport

/// A web server with TLS and a certificate of its own making for `localhost`: OpenSSL's test server as a child process.
final class SecureServer {
  /// The certificate's file.
  let certificate: String
  private(set) var port = 0
  private var child: pid_t = 0
  /// What the child reads and writes: its end and ours.
  private let input: (child: Int32, own: Int32)
  private let output: (child: Int32, own: Int32)

  /// - Parameter forMail: what comes and goes over the connection stands at the child's output and input, instead of a page about the
  ///   connection.
  init(folder: String, forMail: Bool = false) throws {
    certificate = folder + "/certificate.pem"
    var ends: [Int32] = []
    for _ in 0..<2 {
      var pair: [Int32] = [0, 0]
      guard pipe(&pair) == 0 else { throw TestSupportError("no pipe: errno \(errno)") }
      for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      ends += pair
    }
    input = (ends[0], ends[1])
    output = (ends[3], ends[2])
    try Self.makeCertificate(folder)
    // Below the ports that the kernel gives to other tests.
    for _ in 0..<20 {
      port = Int.random(in: 12_000..<30_000)
      child = try Self.spawn(
        ["s_server", forMail ? "-quiet" : "-www", "-accept", "127.0.0.1:\(port)"]
          + ["-cert", certificate, "-key", folder + "/key.pem"], input.child, forMail ? output.child : nil)
      if listens() { return }
    }
    throw TestSupportError("openssl s_server does not listen")
  }

  deinit {
    // Test threads block the gentler signals, and a child inherits that.
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }

  /// Waits until the child listens. A trial connection would be served as the first one: the kernel's table says who listens.
  private func listens() -> Bool {
    let digits = String(port, radix: 16, uppercase: true)
    let entry = ":" + String(repeating: "0", count: 4 - digits.count) + digits + " 00000000:0000 0A"
    while waitpid(child, nil, WNOHANG) == 0 {
      usleep(10_000)
      if Self.text("/proc/net/tcp").contains(entry) { return true }
    }
    return false
  }

  /// Lets a receiver of mail speak over the encrypted connection.
  func serveMail(_ receiver: MailReceiver, greets: Bool) {
    let (from, to) = (output.own, input.own)
    detachThread { receiver.serve(from: from, to: to, greets: greets) }
  }

  /// Makes `certificate.pem` and `key.pem` in a folder.
  private static func makeCertificate(_ folder: String) throws {
    let child = try spawn(
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"]
        + ["/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out"]
        + [folder + "/certificate.pem"], nil, nil)
    var status: Int32 = 0
    guard waitpid(child, &status, 0) == child, status == 0 else {
      throw TestSupportError("openssl made no certificate")
    }
  }

  /// Starts OpenSSL; what is `nil` is `/dev/null`.
  private static func spawn(_ arguments: [String], _ input: Int32?, _ output: Int32?) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (place, descriptor) in [(Int32(0), input), (1, output), (2, nil)] {
      if let descriptor {
        posix_spawn_file_actions_adddup2(&actions, descriptor, place)
      } else {
        posix_spawn_file_actions_addopen(&actions, place, "/dev/null", O_RDWR, 0)
      }
    }
    let words = (["openssl"] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child: pid_t = 0
    guard posix_spawn(&child, "/usr/bin/openssl", &actions, nil, words, environ) == 0 else {
      throw TestSupportError("openssl does not start")
    }
    return child
  }

  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
  }
}
