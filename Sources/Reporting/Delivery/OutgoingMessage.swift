import LabourMarket
import Transfer

/// A message of the outbox on its way to officers.
public struct OutgoingMessage: Sendable {
  /// A document that goes with it.
  public struct Attachment: Sendable, Hashable {
    /// The file's name, its media type and its bytes.
    public var name: String, mediaType: String, bytes: [UInt8]

    /// A document from its parts.
    public init(name: String, mediaType: String, bytes: [UInt8]) {
      self.name = name
      self.mediaType = mediaType
      self.bytes = bytes
    }
  }

  /// The idempotency key: equal for every attempt to send it, different for every other message.
  public var id: String
  /// The city, and the team that it is for.
  public var city: String, team: String
  /// The night that it tells of, and when it was written (unix seconds).
  public var night: CalendarDay, createdAt: Int
  /// The gravest level that it tells of.
  public var level: String
  /// Mail addresses; empty for channels that know their own.
  public var recipients: [String]
  /// Heading and text.
  public var subject: String, body: String
  /// The documents.
  public var attachments: [Attachment]

  /// A message from its parts.
  public init(
    id: String, city: String, team: String, night: CalendarDay, createdAt: Int, level: String, recipients: [String],
    subject: String, body: String, attachments: [Attachment] = []
  ) {
    self.id = id
    self.city = city
    self.team = team
    self.night = night
    self.createdAt = createdAt
    self.level = level
    self.recipients = recipients
    self.subject = subject
    self.body = body
    self.attachments = attachments
  }
}

/// A way to officers. A new one is a new type in a file of its own and a case in ``ChannelSettings``.
public protocol DeliveryChannel {
  /// Sends a message once.
  /// - Returns: the receipt, for the log; never a secret.
  /// - Throws: ``TransferError``: recoverable, or final.
  func send(_ message: OutgoingMessage) throws(TransferError) -> String
}

/// What a channel takes.
public struct ChannelTraits: Hashable, Sendable {
  /// The form of its text, and the most bytes of it.
  public var form: Briefing.Form, limit: Int
  /// Messages a minute that it takes at most; `nil`: as many as come.
  public var perMinute: Int?

  /// Mail.
  public static let mail = ChannelTraits(
    form: .plain, limit: 200_000, perMinute: nil)
  /// A group robot of WeCom: 4,096 bytes of Markdown, 20 messages a minute (its maker's manual).
  public static let wecom = ChannelTraits(
    form: .robot, limit: 4096, perMinute: 20)
  /// A group robot of DingTalk: 20,000 bytes; more than 20 messages a minute, and it is silent for ten minutes (its maker's manual).
  public static let dingtalk = ChannelTraits(
    form: .robot, limit: 20_000, perMinute: 20)
  /// Any web server.
  public static let webhook = ChannelTraits(
    form: .markdown, limit: 200_000, perMinute: nil)
}

/// A channel as `delivery.yaml` describes it, secrets resolved.
public enum ChannelSettings: Sendable {
  /// Mail through a server, from an address.
  case mail(server: MailServer, from: String)
  /// A group robot of WeCom; its address is a secret.
  case wecom(WebAddress)
  /// A group robot of DingTalk; its address is a secret, and so is the key that signs, where it has one.
  case dingtalk(WebAddress, secret: String?)
  /// Any web server that takes JSON; signed where there is a key.
  case webhook(WebAddress, secret: String?)

  /// Opens the channel.
  /// - Throws: ``TransferError`` where its settings cannot work.
  public func open() throws(TransferError) -> any DeliveryChannel {
    let options = TransferOptions()
    return switch self {
    case .mail(let server, let from): try MailChannel(server: server, from: from, options: options)
    case .wecom(let address): try RobotChannel(.wecom, address, secret: nil, options: options)
    case .dingtalk(let address, let secret): try RobotChannel(.dingtalk, address, secret: secret, options: options)
    case .webhook(let address, let secret): try WebhookChannel(address, secret: secret, options: options)
    }
  }
}
