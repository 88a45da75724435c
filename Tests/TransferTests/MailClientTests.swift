import TestSupport
import Testing

@testable import Transfer

@Suite struct MailClientTests {
  private static let message = Array("Subject: 清单\n\nline\n.dot\n..two\nend".utf8)

  private func submit(to receiver: MailReceiver, _ security: MailServer.Security = .none) throws {
    let server = MailServer(host: "127.0.0.1", port: receiver.port, security: security)
    try MailClient(server: server).submit(Self.message, from: "a@example.org", to: ["b@example.org", "c@example.org"])
  }

  @Test func handsMessagesOver() throws {
    let receiver = try MailReceiver()
    let client = try MailClient(server: MailServer(host: "127.0.0.1", port: receiver.port, security: .none))
    for _ in 0..<2 { try client.submit(Self.message, from: "a@example.org", to: ["b@example.org", "c@example.org"]) }
    let mails = receiver.taken
    #expect(mails.count == 2)
    for mail in mails {
      #expect(mail.from == "<a@example.org>")
      #expect(mail.to == ["<b@example.org>", "<c@example.org>"])
      #expect(mail.data == "Subject: 清单\n\nline\n.dot\n..two\nend")
    }
  }

  /// What a server answers at one step, and what is to be made of it.
  struct Refusal: Sendable {
    let step, reply: String
    let code: TransferError.Code
    var status: Int?
    var isRecoverable = false
    var mayHaveArrived = false
  }

  private static let refusals: [Refusal] = [
    Refusal(step: "RCPT TO:<c", reply: "550 no such user", code: .refused, status: 550),
    Refusal(step: "RCPT TO:<b", reply: "450 busy", code: .serverFailed, status: 450, isRecoverable: true),
    Refusal(step: "MAIL FROM", reply: "553 not you", code: .refused, status: 553),
    Refusal(step: "DATA", reply: "421 closing", code: .serverFailed, status: 421, isRecoverable: true),
    Refusal(step: ".", reply: "554 looks like spam", code: .refused, status: 554),
    Refusal(step: ".", reply: "452 no space", code: .serverFailed, status: 452, isRecoverable: true),
    Refusal(step: ".", reply: "", code: .cutShort, isRecoverable: true, mayHaveArrived: true),
    Refusal(step: "RCPT", reply: "", code: .cutShort, isRecoverable: true),
  ]

  @Test(arguments: refusals)
  func tellsRecoverableFromFinal(_ refusal: Refusal) throws {
    let receiver = try MailReceiver(replies: [refusal.step: refusal.reply])
    let found = try #require(#expect(throws: TransferError.self) { try submit(to: receiver) })
    #expect(found.code == refusal.code, "\(found)")
    #expect(found.isRecoverable == refusal.isRecoverable)
    #expect(found.mayHaveArrived == refusal.mayHaveArrived, "\(found)")
    if let status = refusal.status { #expect(found.status == status) }
    #expect(receiver.taken.isEmpty)
  }

  @Test func sendsNothingWithoutEncryption() throws {
    let receiver = try MailReceiver()
    let found = #expect(throws: TransferError.self) { try submit(to: receiver, .startTLS) }
    #expect(found?.code == .noEncryption)
    let secure = #expect(throws: TransferError.self) { try submit(to: receiver, .tls) }
    #expect(secure != nil)
    #expect(receiver.taken.isEmpty)
  }

  @Test(arguments: [MailServer.Security.tls, .startTLS])
  func logsInAndSendsEncrypted(security: MailServer.Security) throws {
    try withTemporaryDirectory { folder in
      let secure = try SecureServer(folder: folder, forMail: true)
      let inner = try MailReceiver(offers: ["AUTH PLAIN"])
      secure.serveMail(inner, greets: security == .tls)
      let outer = try MailReceiver(tunnel: secure.port)
      let server = MailServer(
        host: "localhost", port: security == .tls ? secure.port : outer.port, security: security, user: "li",
        password: "pässword")
      var options = TransferOptions()
      options.trustFile = secure.certificate
      options.timeout = 20
      let client = try MailClient(server: server, options: options)
      try client.submit(Self.message, from: "a@example.org", to: ["b@example.org"])
      #expect(outer.taken.isEmpty)
      #expect(
        inner.taken == [
          MailReceiver.Mail(
            user: "|li|pässword", from: "<a@example.org>", to: ["<b@example.org>"],
            data: "Subject: 清单\n\nline\n.dot\n..two\nend")
        ])
    }
  }

  @Test(arguments: [MailServer.Security.tls, .startTLS])
  func sendsNothingToAStranger(security: MailServer.Security) throws {
    try withTemporaryDirectory { folder in
      let secure = try SecureServer(folder: folder, forMail: true)
      let outer = try MailReceiver(tunnel: secure.port)
      let port = security == .tls ? secure.port : outer.port
      let server = MailServer(host: "localhost", port: port, security: security, user: "li", password: "pässword")
      var options = TransferOptions()
      options.timeout = 20
      let client = try MailClient(server: server, options: options)
      let found = try #require(
        #expect(throws: TransferError.self) {
          try client.submit(Self.message, from: "a@example.org", to: ["b@example.org"])
        })
      #expect(found.code == .untrusted && !"\(found)".contains("pässword"))
    }
  }

  @Test func sendsNoPasswordUnencrypted() {
    let server = MailServer(host: "127.0.0.1", port: 25, security: .none, user: "u", password: "pw-secret")
    let found = #expect(throws: TransferError.self) { try MailClient(server: server) }
    #expect(found?.code == .misuse)
    var dumped = ""
    dump(server, to: &dumped)
    #expect(!dumped.contains("pw-secret"))
  }

  @Test(arguments: ["a@b\r\nRCPT TO:<x@y>", "a b@c", "<a@b>", "a", "@b", "a@", "李@example.org"])
  func refusesAddressesThatWouldBreakTheDialogue(address: String) throws {
    let client = try MailClient(server: MailServer(host: "127.0.0.1", port: 1, security: .none))
    for call in [("a@b", [address]), (address, ["a@b"])] {
      let found = #expect(throws: TransferError.self) { try client.submit([], from: call.0, to: call.1) }
      #expect(found?.code == .misuse)
    }
  }

  @Test func refusesHostsThatAreNone() {
    for host in ["", "a b", "a/b", "u@h", "h\n"] {
      let found = #expect(throws: TransferError.self) { try MailClient(server: MailServer(host: host)) }
      #expect(found?.code == .invalidAddress)
    }
  }

  @Test func endsEveryLineInFull() {
    func lines(_ text: String) -> String {
      String(decoding: MailClient.withFullLineEnds(Array(text.utf8)), as: UTF8.self)
    }
    #expect(lines("a\nb\r\n\nc") == "a\r\nb\r\n\r\nc\r\n")
    #expect(lines("") == "\r\n")
  }
}
