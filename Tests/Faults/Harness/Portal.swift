import Foundation
import Synchronization
import TestSupport

/// A portal from which the feeds of a world are pulled, and which fails at one moment.
///
/// Three lists, three ways of asking: postings by numbered pages, headcounts by cursors from a mark on, outcomes as one answer with a tag.
final class Portal: Sendable {
  /// How an answer fails.
  enum Failure: String, CaseIterable, Sendable {
    case cut = "body cut short"
    case cutChunked = "body in pieces, cut short"
    case noEnd = "body of no length, cut short"
    case stalled = "body stalls"
    case hangUp = "no answer"
    case tooMany = "429"
    case broken = "500"
    /// The program is killed before the answer, or when half of it was sent.
    case killed = "program killed"
  }

  /// A failure of one request, or of it and all that follow.
  struct Plan: Sendable {
    let failure: Failure
    /// The request, counted from 0.
    let request: Int
    let lasts: Bool
    /// How much of the body still goes out, in hundredths.
    var share = 50
    /// Kills the program.
    var kill: @Sendable () -> Void = {}
  }

  private struct State {
    var lists: [String: [String]] = [:]
    var asked: [String] = []
    var plan: Plan?
    var struck: String?
  }

  private let state: Box
  private let server: TestWebServer

  private final class Box: Sendable { let state = Mutex(State()) }

  /// Rows of a page.
  private static let size = 20

  init() throws {
    let box = Box()
    state = box
    server = try TestWebServer { request in Self.answer(request, box) }
  }

  /// Its address.
  var url: String { server.url }

  /// Offers the lists of a world and fails as planned; what was asked before is forgotten.
  func offer(_ world: World, failing plan: Plan? = nil) {
    state.state.withLock { $0 = State(lists: world.portal, plan: plan) }
  }

  /// Mends it; what was asked before is forgotten.
  func mend() {
    state.state.withLock {
      $0.plan = nil
      $0.asked = []
    }
  }

  /// What was asked, one line a request: the list, and where in it.
  var asked: [String] { state.state.withLock { $0.asked } }
  /// The request that failed first; `nil` while none has.
  var struck: String? { state.state.withLock { $0.struck } }

  /// The descriptions of the feeds that are pulled from it, by name.
  static let feeds = [
    "vacancies": """
    url: ${PORTAL_URL}/vacancies
        rows: data.items
        paging: {kind: page, parameter: page, size_parameter: size, size: \(size), total: data.total}
    """,
    "headcount": """
    url: ${PORTAL_URL}/headcount
        rows: data.items
        paging: {kind: cursor, parameter: after, next: data.next}
        since: {parameter: changed_after, column: reported_on, format: date, lag: 30d}
    """,
    "outcomes": "url: ${PORTAL_URL}/outcomes",
  ].reduce(into: [String: String]()) { feeds, feed in
    feeds[feed.key] = """
      feed: \(feed.key)
      source:
        http:
          \(feed.value)
          retries: 1
          stall_timeout: 1s

      """
  }

  private static func answer(_ request: TestWebServer.Request, _ box: Box) -> TestWebServer.Response {
    let name = String(request.path.dropFirst())
    let place = request.query["page"] ?? request.query["after"] ?? ""
    let (rows, plan, number) = box.state.withLock { state in
      state.asked.append("\(name) \(place)")
      let number = state.asked.count - 1
      let plan = state.plan.flatMap { plan in
        // Other lists are not waited for once more.
        let isMeant = plan.failure != .stalled || state.struck.map { $0.hasPrefix(name + " ") } ?? true
        return plan.request == number || plan.lasts && plan.request < number && isMeant ? plan : nil
      }
      if plan != nil, state.struck == nil { state.struck = state.asked[number] }
      return (state.lists[name] ?? [], plan, number)
    }
    let whole = page(name, request, rows)
    guard let plan else { return whole }
    return fail(whole, plan, isFirst: number == plan.request)
  }

  private static func page(_ name: String, _ request: TestWebServer.Request, _ rows: [String])
    -> TestWebServer.Response
  {
    switch name {
    case "vacancies":
      let start = ((Int(request.query["page"] ?? "") ?? 1) - 1) * size
      let items = rows.dropFirst(start).prefix(size).joined(separator: ",")
      return .init(200, "{\"data\":{\"total\":\(rows.count),\"items\":[\(items)]}}")
    case "headcount":
      // The rows stand in the order of their day, with which each text ends.
      let since = request.query["changed_after"] ?? ""
      let wanted = rows.filter { since.isEmpty || $0.suffix(12) >= since + "\"}" }
      let start = Int(request.query["after"] ?? "") ?? 0
      let end = min(start + size, wanted.count)
      let next = end < wanted.count ? "\"\(end)\"" : "null"
      return .init(
        200, "{\"data\":{\"next\":\(next),\"items\":[\(wanted[min(start, end)..<end].joined(separator: ","))]}}")
    case "outcomes":
      let tag = "\"\(rows.count)\""
      if request.headers["if-none-match"] == tag { return .init(304, headers: ["ETag": tag]) }
      return .init(200, "[\(rows.joined(separator: ","))]", headers: ["ETag": tag])
    default: return .init(404)
    }
  }

  private static func fail(_ whole: TestWebServer.Response, _ plan: Plan, isFirst: Bool) -> TestWebServer.Response {
    var answer = whole
    let part = max(0, min(whole.body.count - 1, whole.body.count * plan.share / 100))
    switch plan.failure {
    case .cut: answer.manner = .cut(part)
    case .cutChunked: answer.manner = .cutChunked(max(1, part))
    case .noEnd: answer.manner = .noLength(part)
    case .stalled: answer.manner = .stalled(part, 10)
    case .hangUp: answer.manner = .hangUp
    case .tooMany: return .init(429, "wait", headers: ["Retry-After": "1"])
    case .broken: return .init(500, "<html>sorry</html>")
    case .killed:
      guard isFirst else { return whole }
      guard part % 2 == 0 else {
        plan.kill()
        return .init(500)
      }
      answer.manner = .stalled(part, 1)
      detachThread {
        usleep(30_000)
        plan.kill()
      }
    }
    return answer
  }
}
