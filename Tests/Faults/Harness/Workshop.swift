import Foundation
import Postgres
import TestSupport

/// What an undisturbed run of a scenario in a world does, and where its situation is kept.
struct Reference: Sendable {
  /// The database as it was before: the template of each case's own.
  let template: String
  /// The folder as it was before.
  let folder: String
  /// The database as the undisturbed run left it.
  let database: String
  let outcome: Outcome
  /// Its exit code.
  let status: Int32
  /// Its statements, in order, and what went to and fro.
  let statements: [String]
  let bytes: Int
  /// Its operations on files, in order.
  let fileOperations: [String]
  /// What it asked of the portal, in order.
  let requests: [String]
  /// The names of the files in its inbox.
  let files: [String]

  /// The different statements, in the order of their first use, each with all its places.
  var steps: [(name: String, places: [Int])] {
    var order: [String] = []
    var places: [String: [Int]] = [:]
    for (index, name) in statements.enumerated() {
      if places[name] == nil { order.append(name) }
      places[name, default: []].append(index)
    }
    return order.map { ($0, places[$0] ?? []) }
  }
}

/// A worker's place: a server and a folder of its own, the program, and what undisturbed runs gave.
final class Workshop {
  let server: FaultServer
  let folder: String
  let program: String
  let shim: String
  let portal: Portal
  private var references: [String: Reference] = [:]
  private var worlds: [Int: World] = [:]
  private var number = 0

  /// The names of all statements that undisturbed runs sent so far.
  var statements: Set<String> { references.values.reduce(into: []) { $0.formUnion($1.statements) } }

  /// Seconds. Longer than that no run of these small worlds may take, not even on a machine that has much else to do.
  static let limit = 240.0
  /// Seconds that the program waits for the server's answer: few where it does not come, else more than a machine with much else to do needs.
  static let (patience, shortPatience) = ("60", "2")

  init(folder: String, program: String, shim: String) throws {
    self.folder = folder
    self.program = program
    self.shim = shim
    mkdir(folder, 0o755)
    portal = try Portal()
    server = try FaultServer(home: folder + "/server")
    try server.run("create database empty template template0")
    try server.run("create database migrated template template0")
    let outcome = try start(["migrate"], in: folder, url: server.url("migrated")).wait()
    guard outcome.status == 0 else { throw TestSupportError("migrate: \(outcome.log)") }
  }

  func world(_ seed: Int) throws -> World {
    if let known = worlds[seed] { return known }
    let world = try World(seed: seed)
    worlds[seed] = world
    return world
  }

  /// A name that no database of the server has yet.
  func fresh(_ stem: String) -> String {
    number += 1
    return "\(stem)_\(number)"
  }

  /// Starts the program in a folder of a situation.
  func start(
    _ arguments: [String], in folder: String, url: String, _ more: [String: String] = [:], through prefix: [String] = []
  ) throws -> Child {
    var environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LABOURWATCH_DATABASE_URL": url, "LABOURWATCH_HOME": "home",
      "LABOURWATCH_PSEUDONYM_KEY": "the key of the fault harness: 0123456789", "TMPDIR": folder + "/tmp",
      "LABOURWATCH_PATIENCE": Self.patience, "LC_ALL": "C.UTF-8", "PORTAL_URL": portal.url,
    ]
    environment.merge(more) { $1 }
    let command = prefix + [program] + arguments
    return try Child(
      command[0], Array(command.dropFirst()), in: folder, environment: environment.filter { !$0.value.isEmpty })
  }

  /// The words before a command that take root's rights from it, with the folder given to the user it runs as then; none for other users.
  /// - Returns: `nil` where that user cannot reach the program.
  func unprivileged(_ folder: String) throws -> [String]? {
    guard geteuid() == 0 else { return [] }
    guard let user = getpwnam("postgres")?.pointee else { return nil }
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    for name in [""] + names { lchown("\(folder)/\(name)", user.pw_uid, user.pw_gid) }
    let prefix = [
      "/usr/bin/setpriv", "--reuid=\(user.pw_uid)", "--regid=\(user.pw_gid)", "--clear-groups", "--",
    ]
    guard access(prefix[0], X_OK) == 0 else { return nil }
    let test = try Child(
      prefix[0], Array(prefix.dropFirst()) + ["/usr/bin/test", "-x", program], in: folder, environment: [:])
    return try test.wait().status == 0 ? prefix : nil
  }

  /// The environment that lets the shim watch a folder.
  func watching(_ folder: String, _ more: [String: String]) -> [String: String] {
    ["LD_PRELOAD": shim, "LABOURWATCH_SHIM_FOLDER": folder].merging(more) { $1 }
  }

  /// What the undisturbed run of a scenario gives; made once.
  func reference(_ scenario: Scenario, _ world: World) throws -> Reference {
    let key = "\(scenario) \(scenario.isOfCity || scenario == .migrate ? 0 : world.seed)"
    if let known = references[key] { return known }
    let template: String
    let before = "\(folder)/before-\(key.replacingOccurrences(of: " ", with: "-"))"
    try FileManager.default.createDirectory(atPath: before, withIntermediateDirectories: true)
    if let earlier = scenario.before {
      let known = try reference(earlier, world)
      template = known.database
      for name in ["out", "home"] {
        let from = "\(folder)/after-\(known.database)/\(name)"
        try FileManager.default.copyItem(atPath: from, toPath: "\(before)/\(name)")
      }
    } else {
      template = scenario.startsEmpty ? "empty" : "migrated"
    }
    try scenario.furnish(before, world)
    let reference = try run(scenario, world, template, before)
    references[key] = reference
    return reference
  }

  private func run(_ scenario: Scenario, _ world: World, _ template: String, _ before: String) throws -> Reference {
    let database = fresh("reference")
    let after = "\(folder)/after-\(database)"
    try server.create(database, from: template)
    try FileManager.default.copyItem(atPath: before, toPath: after)
    let proxy = try Proxy(folder: try socketFolder(), target: server.socketFolder)
    defer { proxy.close() }
    let trace = folder + "/trace"
    unlink(trace)
    portal.offer(world)
    let child = try start(
      scenario.arguments(world), in: after, url: server.url(database, through: proxy.folder),
      watching(after, ["LABOURWATCH_SHIM_TRACE": trace]))
    let end = try child.wait(seconds: Self.limit)
    guard let end, [0, 3].contains(end.status) else {
      let words = end.map { "ends with \($0.status): \(Case.tail($0.log))" } ?? "hangs"
      throw TestSupportError("the undisturbed \(scenario) of world \(world.seed) \(words)")
    }
    let outcome = try Oracle(server: server).outcome(database, folder: after)
    guard outcome.violations.isEmpty else {
      throw TestSupportError("the undisturbed \(scenario) of world \(world.seed): \(outcome.violations)")
    }
    let accounting = Scenario.ofLists.contains(scenario) ? OfficerBook.accounting : []
    guard accounting.allSatisfy({ words in outcome.ledger.contains { $0.contains(words) } }) else {
      throw TestSupportError("the undisturbed \(scenario) does not take every way: \(outcome.ledger)")
    }
    let operations = (try? String(contentsOfFile: trace, encoding: .utf8)) ?? ""
    return Reference(
      template: template, folder: before, database: database, outcome: outcome, status: end.status,
      statements: proxy.statements, bytes: proxy.bytes,
      fileOperations: operations.split(separator: "\n").map(String.init), requests: portal.asked,
      files: (try? FileManager.default.contentsOfDirectory(atPath: before + "/inbox")) ?? [])
  }

  /// A folder for a proxy's socket.
  func socketFolder() throws -> String {
    let path = "\(folder)/p\(fresh(""))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
