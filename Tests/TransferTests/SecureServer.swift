import Foundation
import TestSupport

/// A web server with TLS and a certificate of its own making for `localhost`: OpenSSL's test server as a child process.
final class SecureServer {
  /// The certificate's file.
  let certificate: String
  private(set) var port = 0
  private var process = Process()

  private let input = Pipe()
  private let output = Pipe()

  /// - Parameter forMail: what comes and goes over the connection stands at the child's output and input, instead of a page about the
  ///   connection.
  init(folder: String, forMail: Bool = false) throws {
    certificate = try Self.makeCertificate(folder)
    // The free port may be taken by another test before OpenSSL has it.
    for _ in 0..<20 {
      let (socket, port) = try listeningSocket()
      close(socket)
      process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments =
        ["s_server", forMail ? "-quiet" : "-www", "-accept", "127.0.0.1:\(port)"]
        + ["-cert", certificate, "-key", folder + "/key.pem"]
      process.standardInput = input
      process.standardOutput = forMail ? output : FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      if listens(port) {
        self.port = port
        return
      }
    }
    throw TestSupportError("openssl s_server does not listen")
  }

  /// Waits until the child listens. A trial connection would be served as the first one: the kernel's table says who listens.
  private func listens(_ port: Int) -> Bool {
    let digits = String(port, radix: 16).uppercased()
    let entry = ":" + String(repeating: "0", count: 4 - digits.count) + digits + " 00000000:0000 0A"
    while process.isRunning {
      usleep(10_000)
      let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .ascii)) ?? ""
      if table.contains(entry) { return process.isRunning }
    }
    return false
  }

  /// Lets a receiver of mail speak over the encrypted connection.
  func serveMail(_ receiver: MailReceiver, greets: Bool) {
    let (from, to) = (output.fileHandleForReading.fileDescriptor, input.fileHandleForWriting.fileDescriptor)
    detachThread { receiver.serve(from: from, to: to, greets: greets) }
  }

  deinit {
    // Test threads block the gentler signals, and a child inherits that.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Makes `certificate.pem` and `key.pem` in a folder.
  static func makeCertificate(_ folder: String) throws -> String {
    let maker = Process()
    maker.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    maker.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out",
      folder + "/certificate.pem",
    ]
    maker.standardError = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    guard maker.terminationStatus == 0 else { throw TestSupportError("openssl made no certificate") }
    return folder + "/certificate.pem"
  }
}
