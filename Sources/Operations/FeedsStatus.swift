import Ingestion

/// `labourwatch feeds status`: what each feed filed last, when more is due, and how it stands.
public struct FeedsStatus {
  private let session: Session

  /// The feeds of a session's profile.
  public init(session: Session) { self.session = session }

  /// A table for people, with a sentence below it for whatever is conspicuous.
  /// - Returns: the text; `incomplete` where a feed is late, stale or missing.
  /// - Throws: ``Failure`` (usage) where a description is at fault; a `PostgresError`.
  public func table() throws -> (text: String, status: ExitStatus) {
    let watch = FilingWatch(session: session, descriptions: try FeedSetup.descriptions(session.profile))
    let entries = try watch.entries()
    let sentences = FilingSentences(profile: session.profile)
    var rows = [["feed", "last file", "received", "last record", "last month", "due", "state"]]
    var notes: [String] = []
    var status = ExitStatus.done
    for entry in entries {
      let state = entry.state
      rows.append([
        entry.description.name, state.lastFile?.name ?? "—", state.lastFile?.received.day.description ?? "—",
        state.lastRecord?.description ?? "—", state.lastPeriod?.description ?? "—", state.due?.description ?? "—",
        state.standing.rawValue,
      ])
      if let note = sentences.sentence(state, now: session.clock.local.day) {
        notes.append("\(state.standing.rawValue) \(entry.description.name): \(note)")
      }
      notes += entry.gaps.map { "\($0.kind) \(entry.description.name): \(sentences.sentence($0))" }
      if [.late, .stale, .missing].contains(state.standing) { status = .incomplete }
    }
    let text = "as of \(session.clock.local)\n" + TextTable.render(rows)
    return (text + notes.map { "\($0)\n" }.joined(), status)
  }
}
