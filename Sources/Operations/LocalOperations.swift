import Foundation
import Postgres

/// `labourwatch local`: the private cluster.
public struct LocalOperations {
  private let cluster: LocalCluster

  /// The private cluster of a configuration.
  public init(_ configuration: Session.Configuration) {
    cluster = LocalCluster(home: Session.home(configuration.environment))
  }

  /// Creates the cluster where there is none, and starts it.
  public func start() throws -> ExitStatus {
    Console.writeOutput("running: \(try cluster.ensureStarted())\n")
    return .done
  }

  /// Stops the cluster; the data stay.
  public func stop() throws -> ExitStatus {
    Console.writeOutput(try cluster.stop() ? "stopped\n" : "was not running\n")
    return .done
  }

  /// Says whether the cluster runs.
  public func status() throws -> ExitStatus {
    switch try cluster.status() {
    case .running(let url, let process, let data):
      Console.writeOutput("running: \(url)\nprocess: \(process)\ndata:    \(data)\n")
    case .stopped(let data): Console.writeOutput("stopped\ndata:    \(data)\n")
    case .absent: Console.writeOutput("there is none yet: `labourwatch local start` makes it\n")
    }
    return .done
  }

  /// Prints the cluster's address, starting it where needed.
  public func url() throws -> ExitStatus {
    Console.writeOutput(try cluster.ensureStarted() + "\n")
    return .done
  }

  /// Opens psql on the cluster; it takes this process's place.
  public func psql(_ arguments: [String]) throws -> ExitStatus {
    let url = try cluster.ensureStarted()
    let words = ["psql", url] + arguments
    setenv("PGOPTIONS", "-c search_path=labourwatch", 0)
    let program = try cluster.psql()
    var pointers = words.map { strdup($0) }
    pointers.append(nil)
    execv(program, pointers)
    throw Failure(.failed, "\(program) could not be started: \(String(cString: strerror(errno)))")
  }
}
