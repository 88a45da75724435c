import Assistance
import LabourMarket
import Postgres
import Reporting

/// The night's messages: which team hears what through which channel, and why or why not. Written with the alerts they tell of.
struct NightNotices {
  let session: Session
  let run: Run
  let settings: DeliverySettings
  let briefings: BriefingBuilder
  let lists: [TeamList]
  let staging: ListFolder

  private var builder: ReportBuilder { briefings.builder }

  /// What was decided for a team on a channel.
  struct Decision {
    var team: String, channel: String, decision: NoticeDecision, changes: Int
  }

  /// Decides about all routes and writes what goes out; inside the transaction that evaluated the alerts.
  /// - Parameter writes: whether messages are written; a dry run only decides.
  func compose(writes: Bool) throws -> [Decision] {
    guard !settings.routes.isEmpty else { return [] }
    let outbox = Outbox(session: session)
    let told = try outbox.told(builder.night)
    let silenced = try silences()
    var decisions: [Decision] = []
    for route in settings.routes {
      for item in lists where reaches(route, item.team) {
        let place = Outbox.Place(channel: route.channel, team: item.team.code)
        let standing = briefings.standing(item.team)
        let rules = NoticeRules(leastLevel: route.leastLevel, repeatDays: settings.repeatDays, quiet: settings.quiet)
        let notice = rules.notice(
          standing: standing.levels, hushed: silenced.union(standing.covered), told: told[place],
          night: builder.night)
        decisions.append(
          Decision(
            team: item.team.name, channel: route.channel, decision: notice.decision, changes: notice.changes.count))
        guard writes, notice.decision.sends else { continue }
        let draft = try draft(route, item, place, notice, told[place], standing, silenced)
        _ = try outbox.put(draft, night: builder.night, after: told[place], run: run)
      }
    }
    return decisions
  }

  private func reaches(_ route: DeliverySettings.Route, _ team: ReportTeam) -> Bool {
    switch route.team {
    case .all: team.scope != .regions
    case .city: team.scope == .city
    case .region(let code): team.scope == .region && team.code == code
    }
  }

  private func silences() throws -> Set<String> {
    Set(
      try session.connection.query(
        session.queries["assistance/silences"],
        [.text(session.profile.city), .double(Double(session.clock.unixSeconds))]
      ).map { try $0.string("fingerprint") })
  }

  private func draft(
    _ route: DeliverySettings.Route, _ item: TeamList, _ place: Outbox.Place, _ notice: NoticeRules.Notice,
    _ told: NoticeRules.Told?, _ standing: BriefingBuilder.Standing,
    _ silenced: Set<String>
  ) throws -> Outbox.Draft {
    let strings = builder.strings
    let traits = settings.channels[route.channel]?.traits ?? .webhook
    let changes = notice.changes.map { fingerprint, change in
      AlertChange(fingerprint: fingerprint, change: change, from: told?.levels[fingerprint] ?? .none)
    }
    var standing = standing
    standing.levels = standing.levels.filter { $0.value >= route.leastLevel && !silenced.contains($0.key) }
    let briefing = briefings.briefing(
      item.team, list: item.list, standing: standing, changes: told == nil ? nil : changes, deeds: [])
    let gravest = notice.changes.keys.compactMap { notice.levels[$0] }.max() ?? .none
    let subject = ([briefing.title] + briefings.words(standing.counts)).joined(separator: " ")
    return Outbox.Draft(
      place: place, reason: notice.decision.reason, level: gravest, told: notice.levels, recipients: route.recipients,
      subject: subject, body: briefing.text(traits.form, strings, limit: traits.limit),
      attachments: try attachments(route, item))
  }

  private func attachments(
    _ route: DeliverySettings.Route, _ item: TeamList
  ) throws -> [OutgoingMessage.Attachment] {
    let file = builder.strings("file.list")
    return try route.attachments.filter(builder.settings.formats.contains).map { format in
      let name = "\(item.folder)/\(file).\(format.rawValue)"
      return OutgoingMessage.Attachment(
        name: "\(ListFolder.name(builder.night.description, item.team.name))-\(file).\(format.rawValue)",
        mediaType: format.mediaType, bytes: try staging.bytes(of: name))
    }
  }
}

extension AlertSettings.ListFormat {
  /// The media type of a document (RFC 6838).
  var mediaType: String {
    switch self {
    case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    case .html: "text/html; charset=utf-8"
    case .csv: "text/csv"
    }
  }
}
