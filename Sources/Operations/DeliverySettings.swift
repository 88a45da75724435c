import Assistance
import Ingestion
import LabourMarket
import Reporting
import Transfer

/// How messages and lists reach officers: `delivery.yaml` of a profile beside the form of the lists.
public struct DeliverySettings: Sendable {
  /// The folder that lists are copied to; a relative one stands below the program's home folder.
  public var folder = "outbox"
  /// The channels by name.
  var channels: [String: ChannelDescription] = [:]
  /// Which teams hear of what through which channel.
  var routes: [Route] = []
  /// The days on which officers are left alone.
  var quiet = QuietDays()
  /// Days after which alerts that stand unchanged are told again.
  var repeatDays = 7
  /// Attempts for a message before it counts as failed, and how long they wait.
  var retry = RetryPolicy(attempts: 12, firstDelay: 2, maximumDelay: 900, longestRequest: 3600)
  /// Seconds that a run waits for messages that may be tried again; the rest is for the next run.
  var patience = 60.0

  /// A channel before its secrets are read.
  struct ChannelDescription: Sendable {
    enum Kind: String, CaseIterable, Sendable { case mail, wecom, dingtalk, webhook }
    var kind: Kind
    var address: SecretText?, secret: SecretText?
    var host = "", port: Int?, security = MailServer.Security.startTLS, from = ""
    var user: SecretText?, password: SecretText?
    var perMinute: Int?
  }

  /// Whom a channel reaches.
  struct Route: Sendable, Hashable {
    /// The team: a region's code, `city`, or `all`.
    enum Team: Hashable, Sendable {
      case all, city
      case region(String)
    }
    var team: Team, channel: String, recipients: [String], leastLevel: AlertLevel
    var attachments: [AlertSettings.ListFormat]
  }

  /// Reads a profile's file; without one the defaults hold.
  /// - Throws: ``Failure`` (usage) that names file, line and key.
  public init(profile: Profile) throws {
    let path = profile.folder + "/delivery.yaml"
    guard FileSystem.exists(path) else { return }
    do {
      try read(YAMLDocument(contentsOf: path), profile)
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the file; docs/delivery.md explains every key.")
    }
  }

  private mutating func read(_ yaml: YAMLDocument, _ profile: Profile) throws {
    try yaml.allow("folder", "deliver", "channels", "routes", "quiet", "repeat_days", "retry")
    if let deliver = try yaml["deliver"] {
      try deliver.allow("folder")
      folder = try deliver.required("folder").string()
    }
    if let node = try yaml["channels"] {
      for name in try node.keys() { channels[name] = try Self.channel(node.required(name)) }
    }
    routes = try yaml["routes"]?.items().map { try route($0, profile) } ?? []
    if let node = try yaml["quiet"] { quiet = try Self.quiet(node, profile) }
    if let node = try yaml["repeat_days"] { repeatDays = try node.whole(in: 0...366) }
    if let node = try yaml["retry"] {
      try node.allow("attempts", "first_delay", "longest_delay", "patience")
      if let value = try node["attempts"] { retry.attempts = try value.whole(in: 1...1000) }
      if let value = try node["first_delay"] { retry.firstDelay = try value.seconds() }
      if let value = try node["longest_delay"] { retry.maximumDelay = try value.seconds() }
      if let value = try node["patience"] { patience = try value.seconds() }
    }
  }

  private static func channel(_ yaml: YAMLDocument) throws -> ChannelDescription {
    let kind: ChannelDescription.Kind = try yaml.required("type").choice()
    var channel = ChannelDescription(kind: kind)
    switch kind {
    case .mail:
      try yaml.allow("type", "host", "port", "security", "from", "user", "password", "per_minute")
      channel.host = try yaml.required("host").string()
      channel.port = try yaml["port"].map { try $0.whole(in: 1...65_535) }
      channel.security = try yaml["security"]?.choice() ?? .startTLS
      channel.from = try address(yaml.required("from"))
      channel.user = try yaml["user"]?.secretText()
      channel.password = try yaml["password"]?.secretText(isSecret: true)
    case .wecom:
      try yaml.allow("type", "url", "per_minute")
      channel.address = try yaml.required("url").secretText(isSecret: true)
    case .dingtalk:
      try yaml.allow("type", "url", "secret", "per_minute")
      channel.address = try yaml.required("url").secretText(isSecret: true)
      channel.secret = try yaml["secret"]?.secretText(isSecret: true)
    case .webhook:
      try yaml.allow("type", "url", "secret", "per_minute")
      channel.address = try yaml.required("url").secretText()
      channel.secret = try yaml["secret"]?.secretText(isSecret: true)
    }
    channel.perMinute = try yaml["per_minute"].map { try $0.whole(in: 1...100_000) }
    return channel
  }

  private func route(_ yaml: YAMLDocument, _ profile: Profile) throws -> Route {
    try yaml.allow("team", "channel", "to", "least_level", "attach")
    let channelNode = try yaml.required("channel")
    let channel = try channelNode.string()
    guard let description = channels[channel] else {
      throw channelNode.fault(
        "“\(channel)” is no channel of this file: \(channels.keys.sorted().joined(separator: ", ")).")
    }
    let isMail = description.kind == .mail
    for key in ["to", "attach"] where !isMail {
      if let node = try yaml[key] {
        throw node.fault("only mail has recipients and attachments; “\(channel)” is \(description.kind).")
      }
    }
    let recipients = try yaml["to"]?.items().map { try Self.address($0) } ?? []
    if isMail && recipients.isEmpty { throw yaml.fault("a route by mail needs recipients: to: [name@example.org].") }
    return Route(
      team: try Self.team(yaml.required("team"), profile), channel: channel, recipients: recipients,
      leastLevel: try yaml["least_level"]?.choice() ?? .blue,
      attachments: isMail ? try yaml["attach"]?.items().map { try $0.choice() } ?? [.xlsx] : [])
  }

  private static func team(_ yaml: YAMLDocument, _ profile: Profile) throws -> Route.Team {
    let text = try yaml.string()
    switch text {
    case "all": return .all
    case "city": return .city
    default:
      guard let region = profile.reference.regionSpellings[text] else {
        throw yaml.fault(
          "“\(text)” is no team: write all, city, or a region's code, name or alias of reference/regions.csv.")
      }
      return region == profile.region ? .city : .region(region.rawValue)
    }
  }

  private static func address(_ yaml: YAMLDocument) throws -> String {
    let text = try yaml.string()
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>,;\"()[]\\".utf8.contains($0) })
    else { throw yaml.fault("should be a mail address such as name@example.org.") }
    return text
  }

  private static func quiet(_ yaml: YAMLDocument, _ profile: Profile) throws -> QuietDays {
    try yaml.allow("weekends", "holidays", "except")
    var quiet = QuietDays(weekends: try yaml["weekends"]?.bool() ?? true)
    if let node = try yaml["except"] {
      quiet.except = try node.string() == "none" ? nil : try node.choice()
    }
    guard let node = try yaml["holidays"] else { return quiet }
    let name = try node.string()
    let days = try HolidayFile.read(name.hasPrefix("/") ? name : "\(profile.folder)/\(name)", node)
    quiet.holidays = days.holidays
    quiet.workdays = days.workdays
    return quiet
  }
}

extension DeliverySettings.ChannelDescription {
  /// The channel with its secrets read.
  /// - Throws: ``Failure`` (usage) where one is missing; ``TransferError`` where an address is none.
  func resolve(_ environment: [String: String]) throws -> ChannelSettings {
    let target = try address?.resolved(environment)
    let key = try secret?.resolved(environment)
    switch kind {
    case .mail:
      return .mail(
        server: MailServer(
          host: host, port: port, security: security, user: try user?.resolved(environment),
          password: try password?.resolved(environment)), from: from)
    case .wecom: return .wecom(try WebAddress(target ?? ""))
    case .dingtalk: return .dingtalk(try WebAddress(target ?? ""), secret: key)
    case .webhook: return .webhook(try WebAddress(target ?? ""), secret: key)
    }
  }

  /// What the channel takes, which needs no secret.
  var traits: ChannelTraits {
    switch kind {
    case .mail: .mail
    case .wecom: .wecom
    case .dingtalk: .dingtalk
    case .webhook: .webhook
    }
  }
}
