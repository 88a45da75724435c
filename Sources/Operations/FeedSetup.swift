import Foundation
import Ingestion
import LabourMarket
import Postgres

/// What feeds are read with, from a session.
enum FeedSetup {
  /// The profile's feed descriptions.
  /// - Throws: ``Failure`` (usage) that names file, line and key.
  static func descriptions(_ profile: Profile) throws -> [FeedDescription] {
    do {
      return try FeedDescription.load(folder: profile.folder + "/feeds")
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the description; `docs/feeds.md` explains every key.")
    }
  }

  /// The description that takes files of this name, as the inbox would decide.
  static func description(of feed: Feed, _ name: String, among all: [FeedDescription]) -> FeedDescription? {
    let own = all.filter { $0.feed == feed }
    return own.first { $0.wants(name, among: all) } ?? (own.count == 1 ? own.first : nil)
  }

  /// Reference data, accepted codes, the key of the pseudonyms, zone and language.
  /// - Parameter needsKey: whether a feed that names persons is to be read.
  static func environment(_ session: Session, needsKey: Bool) throws -> FeedEnvironment {
    let profile = session.profile
    let codes = try session.connection.query(
      session.queries["ingestion/accepted_codes"], [.text(profile.city)]
    ).map { try $0.string(0) }
    return FeedEnvironment(
      reference: profile.reference, referenceDigest: profile.referenceDigest, acceptedCodes: Set(codes),
      pseudonymKey: needsKey ? try key(session) : nil, timeZone: profile.timeZone,
      language: profile.language == .chinese ? .chinese : .english)
  }

  /// The key's file: `.labourwatch` in its path stands for the program's home folder, wherever that is.
  private static func keyFile(_ named: String?, home: String) -> String {
    guard let named else { return home + "/pseudonym.key" }
    return named.hasPrefix(".labourwatch/") ? home + named.dropFirst(".labourwatch".count) : named
  }

  /// The key of the pseudonyms: from the environment, else from the file; where there is neither and no pseudonym was stored yet, the file is
  /// made.
  private static func key(_ session: Session) throws -> PseudonymKey? {
    let source = session.profile.pseudonymKey
    let environment = session.configuration.environment
    let file = keyFile(source.file, home: Session.home(environment))
    do {
      if let key = try PseudonymKey.find(variable: source.environment, file: file, environment: environment) {
        try check(key, session, file)
        return key
      }
      let isUsed = try session.connection.query(
        session.queries["ingestion/has_pseudonyms"], [.text(session.profile.city)]
      ).one().bool(0)
      guard !isUsed else {
        throw Failure.usage(
          "The key of the pseudonyms is missing, and persons are stored under it: \(file) is not there.",
          next:
            "Put the key back (from where it is kept beside the backups), or set \(source.environment ?? "the variable that profile.yaml names")."
        )
      }
      let key = try PseudonymKey.make(file: file)
      session.console.warning(
        "a key of the pseudonyms was made: keep a copy of it apart from the backups", ["file": "\(file)"])
      try check(key, session, file)
      return key
    } catch let fault as PseudonymFault {
      throw Failure.usage(fault.description)
    }
  }

  /// Compares the key with the one under which the city's persons are stored; the first key that is used is remembered by its check value.
  private static func check(_ key: PseudonymKey, _ session: Session, _ file: String) throws {
    let city = Value.text(session.profile.city)
    guard let row = try session.connection.query(session.queries["ingestion/key_check"], [city]).first else {
      try session.connection.execute(
        session.queries["ingestion/put_key_check"],
        [city, .bytes(key.checkValue), .double(Double(session.clock.unixSeconds))])
      return
    }
    guard try row.bytes(0) != key.checkValue else { return }
    let variable = session.profile.pseudonymKey.environment.map { "the variable \($0), else " } ?? ""
    throw Failure.usage(
      """
      The key of the pseudonyms is not the one under which the persons of \(session.profile.city) are stored: under it the same \
      person would become another one. Nothing was read.
      """,
      next: """
        Put the right key back: it comes from \(variable)the file \(file). If it is lost, docs/operator.md (“Another key”) says \
        what a new one means.
        """)
  }
}

extension Session {
  /// Where and as what a run ingests.
  func ingestContext(run: Int64, progress: @escaping (Int, Int) -> Void = { _, _ in }) -> IngestContext {
    IngestContext(
      connection: connection, queries: queries, city: profile.city, runID: run, clock: clock.unixSeconds,
      localClock: clock.local, progress: progress)
  }
}
