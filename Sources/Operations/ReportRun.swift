import Assistance
import Foundation
import Ingestion
import LabourMarket
import Postgres
import Reporting

/// A team's list and the folder that its documents stand in, below the night's.
struct TeamList {
  var team: ReportTeam, list: ShortageList, folder: String
}

/// The night's alerts and lists: evaluates the alerts, writes a folder of lists for each team and the city, and records what they said.
///
/// What the lists say goes into the database in one transaction; then the files take their places one by one, each whole. A run that is
/// killed in between is finished by the next one for the same night, which writes the same bytes.
public struct ReportRun {
  /// What the lists are for and where they go.
  public struct Options: Sendable {
    /// The folder that gets a folder for the night.
    public var out: String
    /// The newest month whose forecast may be used; `nil` for the last whole month before the run's clock.
    public var asOf: Month?
    /// The run of the forecast that the lists stand on; `nil` for the newest run of the newest month that may be used.
    public var forecast: Int64?
    /// The language; `nil` for the profile's.
    public var language: Profile.Language?

    /// Whether the lists are also delivered as `delivery.yaml` says.
    public var delivery: Delivery

    /// What becomes of the lists once they are written.
    public enum Delivery: Sendable {
      /// They stay in the folder.
      case none
      /// It is said what would be delivered, and nothing is.
      case dryRun
      /// They are delivered.
      case deliver
    }

    /// Options from their parts.
    public init(
      out: String, asOf: Month? = nil, forecast: Int64? = nil, language: Profile.Language? = nil,
      delivery: Delivery = .none
    ) {
      self.forecast = forecast
      self.delivery = delivery
      self.out = out
      self.asOf = asOf
      self.language = language
    }
  }

  let session: Session
  let run: Run
  let options: Options

  /// A report in a run.
  public init(session: Session, run: Run, options: Options) {
    self.session = session
    self.run = run
    self.options = options
  }

  /// The night the lists are for: the day of the run's clock.
  public var night: CalendarDay { session.clock.local.day }

  /// Evaluates, writes and records.
  /// - Throws: ``Failure`` where there is no forecast or a file cannot be written; nothing is recorded then.
  public func write() throws -> ReportSummary {
    let start = Date()
    let settings = try AlertSettings(profile: session.profile.folder)
    let delivery = try DeliverySettings(profile: session.profile)
    let language = options.language ?? session.profile.language
    let names = try ReportNames(profile: session.profile, language: language)
    let strings = try StringTable(language: language.rawValue, folder: session.resources.templates)
    let templates = try PageTemplates(folder: session.resources.templates)
    try FileSystem.makeFolder(options.out)
    let staging = ListFolder(out: options.out, night: night)
    try staging.begin()
    defer { staging.end() }
    session.console.progress("reading the forecast")
    let made = try session.connection.transaction {
      let reader = ReportReader(session: session, settings: settings, names: names)
      let data = try reader.read(
        asOf: options.asOf ?? session.clock.lastWholeMonth, forecast: options.forecast, night: night)
      let counts = data.run.asOf >= session.clock.lastWholeMonth
      let outcome = try AlertEvaluation(session: session, settings: settings, run: run, night: night)
        .evaluate(data, writes: counts)
      let builder = try ReportBuilder(
        profile: session.profile, settings: settings, names: names, strings: strings, data: data, outcome: outcome,
        night: night, quiet: delivery.quiet,
        measures: try MeasureReader(session: session, settings: settings, night: night).read(),
        silences: try OfficerColumns.quiet(session))
      let lists = try render(builder, staging, templates)
      let briefings = BriefingBuilder(builder)
      if counts { try writeBriefings(briefings, lists, staging, templates) }
      var companions: [String] = []
      if try writePlans(builder, staging, templates) { companions.append("plan") }
      if try writeTargets(builder, language, staging, templates) { companions.append("targets") }
      try writeIndex(builder, lists, staging, templates, hasBriefings: counts, companions: companions)
      if counts { try record(lists, builder, digest: staging.digest) }
      let notices =
        counts && options.delivery != .none
        ? try NightNotices(
          session: session, run: run, settings: delivery, briefings: briefings, lists: lists, staging: staging
        ).compose(writes: options.delivery == .deliver) : []
      return (lists: lists, briefings: briefings, notices: notices)
    }
    let changed = try staging.publish()
    session.console.endProgress()
    var summary = summary(made.lists, made.briefings, staging, changed, Date().timeIntervalSince(start))
    tell(summary, made.briefings.builder.outcome)
    summary.finding = look(back: made.briefings.builder.data.run.asOf)
    summary.delivered = try deliver(staging, delivery)
    tell(made.notices)
    if options.delivery == .deliver { summary.messages = try DeliveryRun(session: session, settings: delivery).send() }
    return summary
  }

  /// Says who hears what, and why or why not.
  private func tell(_ notices: [NightNotices.Decision]) {
    let isDry = options.delivery == .dryRun
    for notice in notices {
      let verb = notice.decision.sends ? isDry ? "a message would go out" : "a message goes out" : "no message"
      session.console.info(
        "\(verb): \(notice.decision.reason)",
        ["team": "\(notice.team)", "channel": "\(notice.channel)", "changes": "\(notice.changes)"])
    }
  }

  /// Says what follows from a forecast older than the last whole month: such lists are a look back, which moves no alert, no rank and no
  /// export.
  /// - Returns: a finding where the month that was meant has no forecast.
  private func look(back asOf: Month) -> String? {
    guard asOf < session.clock.lastWholeMonth else { return nil }
    session.console.info(
      "the lists look back: alerts and ranks stay as they are", ["forecast": "\(asOf)", "night": "\(night)"])
    let wanted = options.asOf ?? session.clock.lastWholeMonth
    guard asOf < wanted else { return nil }
    let finding =
      "There is no forecast as of \(wanted): the lists stand on the one as of \(asOf). Run `labourwatch forecast --as-of \(wanted)`, then the report again."
    session.console.warning("\(finding)")
    return finding
  }

  /// Delivers what was written; `nil` where that is not asked for.
  private func deliver(_ lists: ListFolder, _ settings: DeliverySettings) throws -> Int? {
    guard options.delivery != .none else { return nil }
    let home = Session.home(session.configuration.environment)
    let target = settings.folder.hasPrefix("/") ? settings.folder : "\(home)/\(settings.folder)"
    let isDry = options.delivery == .dryRun
    let count = try FolderDelivery(target: target).deliver(lists.folder, names: lists.names, dryRun: isDry)
    session.console.info(
      isDry ? "would be delivered" : "delivered",
      ["to": "\(target)", "files": "\(count)", "there already": "\(lists.count - count)"])
    return count
  }

  private func render(
    _ builder: ReportBuilder, _ staging: ListFolder, _ templates: PageTemplates
  ) throws -> [TeamList] {
    let settings = builder.settings
    let file = builder.strings("file.list")
    var lists: [TeamList] = []
    let teams = builder.teams
    for (index, team) in teams.enumerated() {
      session.console.progress("writing the lists", fraction: Double(index) / Double(teams.count))
      let list = builder.list(team)
      let folder = ListFolder.name(team.code, team.name)
      lists.append(TeamList(team: team, list: list, folder: folder))
      let writer = WorkbookWriter(
        list: list, strings: builder.strings, measureNames: builder.names.measures, limits: settings.limits)
      if settings.formats.contains(.xlsx) {
        try staging.add("\(folder)/\(file).xlsx") { path, temporary in
          try writer.write(to: path, temporaryFolder: temporary)
        }
      }
      if settings.formats.contains(.html) {
        let page = PageWriter(
          list: list, strings: builder.strings, measureNames: builder.names.measures, limits: settings.limits)
        try staging.add("\(folder)/\(file).html", Data(try page.html(templates).utf8))
      }
      if settings.formats.contains(.csv) {
        let table = ShortageTable(
          header: list.header, strings: builder.strings, measureNames: builder.names.measures,
          omitted: settings.limits.omitted
        ).table(list.rows, limit: settings.limits.rows, whole: list.whole)
        let bytes = try CSVList.bytes(
          table, builder.strings, charset: settings.usesGB18030 ? .gb18030 : .utf8WithMark)
        try staging.add("\(folder)/\(file).csv", Data(bytes))
        if team.scope == .region {
          try writePlanTables(builder.teamPlans(team), builder, staging, folder: folder)
        }
        if builder.proposesSharing {
          let sharing = DetailTables(strings: builder.strings).sharing(
            list.sharing, hasContacts: settings.showsContacts)
          try staging.add(
            "\(folder)/\(builder.strings("file.sharing")).csv",
            Data(try CSVList.bytes(sharing, builder.strings, charset: settings.usesGB18030 ? .gb18030 : .utf8WithMark)))
        }
      }
    }
    return lists
  }

  private func writeIndex(
    _ builder: ReportBuilder, _ lists: [TeamList], _ staging: ListFolder, _ templates: PageTemplates,
    hasBriefings: Bool, companions: [String]
  ) throws {
    guard builder.settings.formats.contains(.html) else { return }
    let index = IndexWriter(
      lists: lists.map { ($0.list, $0.folder) }, strings: builder.strings,
      formats: Set(builder.settings.formats.map(\.rawValue)), hasBriefings: hasBriefings,
      companions: companions)
    try staging.add("index.html", Data(try index.html(templates).utf8))
  }

  /// The progress towards the plan's targets, as a workbook and a page beside the index.
  /// - Returns: whether the profile has targets.
  private func writeTargets(
    _ builder: ReportBuilder, _ language: Profile.Language, _ staging: ListFolder, _ templates: PageTemplates
  ) throws -> Bool {
    let rows = try TargetReader(session: session, names: builder.names, language: language)
      .rows(until: builder.data.run.knownUntil)
    guard !rows.isEmpty else { return false }
    let list = TargetList(cityName: builder.names.city, night: night, rows: rows, strings: builder.strings)
    let file = builder.strings("file.targets")
    if builder.settings.formats.contains(.xlsx) {
      try staging.add("\(file).xlsx") { path, temporary in try list.write(to: path, temporaryFolder: temporary) }
    }
    if builder.settings.formats.contains(.html) { try staging.add("\(file).html", Data(try list.html(templates).utf8)) }
    return true
  }

  /// The night on one page for every team: what changed since the night before, and why.
  private func writeBriefings(
    _ briefings: BriefingBuilder, _ lists: [TeamList], _ staging: ListFolder, _ templates: PageTemplates
  ) throws {
    let builder = briefings.builder
    guard builder.settings.formats.contains(.html) else { return }
    let story = try NightStory.read(session, night: night)
    let changes = story.changes(builder.outcome.alerts)
    for item in lists {
      func belongs(_ fingerprint: String) -> Bool {
        builder.outcome.alerts[fingerprint].map { briefings.belongs($0, item.team) } ?? false
      }
      let briefing = briefings.briefing(
        item.team, list: item.list, changes: changes?.filter { belongs($0.fingerprint) },
        deeds: story.deeds.filter { belongs($0.fingerprint) })
      try staging.add(
        "\(item.folder)/\(builder.strings("file.briefing")).html",
        Data(try briefing.html(builder.strings, templates).utf8))
    }
  }

  /// Records the lists, unless the newest ones of this night said the same.
  private func record(_ lists: [TeamList], _ builder: ReportBuilder, digest: String) throws {
    let city = Value.text(session.profile.city)
    let known = try session.connection.query(session.queries["reporting/tonight"], [city, .date(night.ordinal)])
    if let row = known.first, try row.string(0) == digest { return }
    try session.connection.execute(
      session.queries["reporting/put_report_run"],
      [
        city, .int(Int(run.id.value)), .date(night.ordinal), .int(builder.data.run.runID),
        .date(builder.data.run.asOf.firstDay.ordinal), .text(digest), .double(Double(session.clock.unixSeconds)),
      ])
    for list in lists.map(\.list) where !list.rows.isEmpty {
      let rows = list.rows
      let index = list.header.horizon - 1
      try session.connection.execute(
        session.queries["reporting/put_report_rows"],
        [
          city, .int(Int(run.id.value)), .texts(rows.map { _ in list.header.team }),
          .texts(rows.map { $0.cell.chain?.rawValue ?? "" }), .texts(rows.map { $0.cell.region?.rawValue ?? "" }),
          .texts(rows.map { $0.cell.occupation?.rawValue ?? "" }), .ints(rows.map(\.rank)),
          .texts(rows.map(\.level.rawValue)), .doubles(rows.map(\.openings)),
          .doubles(rows.map { $0.forecast.indices.contains(index) ? $0.forecast[index].p50 : 0 }),
          .texts(rows.map(\.firstSeen.description)),
        ])
    }
    try recordPlans(builder)
  }

  private func summary(
    _ lists: [TeamList], _ briefings: BriefingBuilder, _ staging: ListFolder, _ changed: Int, _ seconds: Double
  ) -> ReportSummary {
    let city = lists.first { $0.list.header.isCity }
    let told = city.map { briefings.standing($0.team).counts } ?? [:]
    return ReportSummary(
      night: night.description, folder: staging.folder,
      teams: lists.count { $0.list.header.team != session.profile.region.rawValue && $0.list.header.team != "regions" },
      rows: city?.list.rows.count ?? 0, told: told, listed: city?.list.levelCounts ?? [:],
      files: staging.count, changed: changed, seconds: seconds)
  }

  private func tell(_ summary: ReportSummary, _ outcome: AlertEvaluation.Outcome) {
    session.console.info(
      summary.changed == 0 ? "lists of \(summary.night): nothing changed" : "lists of \(summary.night) written",
      [
        "folder": "\(summary.folder)", "teams": "\(summary.teams)", "rows": "\(summary.rows)",
        "alerts": "\(summary.alerts)",
        "changes": "\(outcome.events)", "files": "\(summary.files)",
      ])
    for message in outcome.staleFeeds { session.console.warning("feed: \(message)") }
  }
}
