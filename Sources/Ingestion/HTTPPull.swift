import Foundation
import Tabular
import Transfer

/// Asks a web server for the pages of a list, one request at a time.
struct HTTPPull {
  private let source: HTTPSource
  private let since: SinceRule?
  private let zone: TimeZone
  private let client: HTTPClient
  private let url: WebAddress
  private let query: [(name: String, value: String)]
  private let headers: [(name: String, value: String)]
  private let body: [(name: String, value: String)]
  private let vault: Vault

  /// A pull with its secrets in place.
  init(_ source: HTTPSource, since: SinceRule?, zone: TimeZone, environment: [String: String]) throws {
    self.source = source
    self.since = since
    self.zone = zone
    var vault = Vault()
    func resolved(_ list: [(name: String, value: SecretText)]) throws -> [(name: String, value: String)] {
      try list.map { ($0.name, try $0.value.resolved(environment, &vault)) }
    }
    let address = try source.url.resolved(environment, &vault)
    query = try resolved(source.query)
    headers = try resolved(source.headers)
    body = try resolved(source.body)
    do { url = try WebAddress(address) } catch {
      throw SourceFault("the address of the source (url) is not valid: write https://HOST/PATH.", isConfiguration: true)
    }
    client = try HTTPClient(options: source.options)
    self.vault = vault
  }

  /// What messages call the source.
  var place: String { vault.secrets.hidden(in: url.description) }

  /// Asks for a page.
  /// - Parameters:
  ///   - position: where the page is; `nil` for the first.
  ///   - validators: what a conditional first request sends.
  ///   - before: rows and pages that came before, and the last page's digest.
  /// - Returns: the page, or `nil` where nothing changed.
  /// - Throws: ``TransferError``, of which some may be tried again; ``SourceFault``.
  func page(
    at position: String?, since value: String?, validators: (etag: String?, modified: String?)?,
    before: SourceSpool.State
  ) throws -> SourcePage? {
    let request = try request(position.map(vault.opened), value, position == nil ? validators : nil)
    let response = try client.send(request)
    if validators != nil, position == nil, response.status == 304 { return nil }
    try response.requireSuccess()
    guard response.status != 204, response.bytes > 0 || response.headers["content-length"] == nil else {
      return SourcePage()
    }
    let list = try list(response)
    guard let rows = list.rows else {
      throw SourceFault(
        "\(place): the answer has no array of rows \(source.rows.isEmpty ? "at its top" : "in “\(source.rows)”"): check `rows`."
      )
    }
    var page = SourcePage()
    page.rows = rows.count
    for row in rows {
      switch row {
      case .value(let value):
        value.encode(into: &page.lines)
        note(value, &page)
      case .damaged(let bytes):
        // A blank line would be no row.
        page.lines += bytes.isEmpty ? [UInt8(ascii: "?")] : bytes
        if since != nil { page.unmarked += 1 }
      }
      page.lines.append(0x0A)
    }
    page.etag = response.headers["etag"]
    page.modified = response.headers["last-modified"]
    try follow(list.document, response, position, before, &page)
    return page
  }

  private func note(_ row: JSONValue, _ page: inout SourcePage) {
    guard let since else { return }
    guard let mark = row.at(since.column)?.text.flatMap({ since.mark($0, zone: zone) }) else {
      page.unmarked += 1
      return
    }
    page.mark = max(page.mark ?? mark, mark)
  }

  private func list(_ response: HTTPResponse) throws -> JSONPage {
    let charset = source.charset ?? response.charset.flatMap { Charset(name: $0) } ?? .auto
    do { return try JSONPage(response.body, charset: charset, rows: source.rows, name: place) } catch {
      let isMarkup = response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
      // An answer without a length may have been cut off: then another try helps.
      throw TransferError(
        isMarkup ? .badAnswer : .cutShort,
        "\(place) answers with no valid JSON\(error.line.map { " (line \($0))" } ?? "")",
        advice: isMarkup ? "it answers with a page for people: check address and credentials" : "try again later")
    }
  }

  // MARK: Requests

  private func request(
    _ position: String?, _ value: String?, _ validators: (etag: String?, modified: String?)?
  ) throws -> HTTPRequest {
    var parameters: [(name: String, value: String)] = []
    if let since, let value { parameters.append((since.parameter, value)) }
    var isLink = false
    if let paging = source.paging {
      if let name = paging.sizeParameter, let size = paging.size { parameters.append((name, String(size))) }
      switch paging.kind {
      case .page, .offset: parameters.append((paging.parameter, position ?? String(paging.first)))
      case .cursor: if let position { parameters.append((paging.parameter, position)) }
      case .linkHeader: isLink = position != nil
      }
    }
    let address: WebAddress
    if isLink, let position {
      address = try WebAddress(position)
    } else {
      address = try url.adding(query + (source.place == .query ? parameters : []))
    }
    var request = HTTPRequest(source.method, address, secrets: vault.secrets)
    request.headers.add("Accept", "application/json")
    for (name, value) in headers { request.headers[name] = value }
    if let etag = validators?.etag { request.headers["If-None-Match"] = etag }
    if let modified = validators?.modified { request.headers["If-Modified-Since"] = modified }
    if source.method == .post {
      let members = body + (source.place == .body ? parameters : [])
      request.body = JSONValue.object(members.map { .init($0.name, Self.scalar($0.value)) }).encoded()
    }
    return request
  }

  /// A member of a body: numbers and truth values as such.
  private static func scalar(_ text: String) -> JSONValue {
    if let number = Int(text), String(number) == text { return .int(number) }
    return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
  }

  // MARK: What comes next

  private func follow(
    _ document: JSONValue, _ response: HTTPResponse, _ position: String?, _ before: SourceSpool.State,
    _ page: inout SourcePage
  ) throws {
    guard let paging = source.paging else { return }
    let rows = before.rows + page.rows
    page.total = paging.total.flatMap { document.at($0)?.intValue }
    let saysNoMore = paging.more.map { document.at($0)?.text != "true" } ?? false
    switch paging.kind {
    case .page, .offset:
      let isShort = paging.stop == .short && page.rows < paging.size ?? 0
      let number = position.flatMap { Int($0) } ?? paging.first
      let isLast = paging.pages.flatMap { document.at($0)?.intValue }.map { before.pages + 1 >= $0 } ?? false
      if page.rows > 0, !isShort, !isLast, !saysNoMore, rows < page.total ?? Int.max {
        page.next = String(paging.kind == .page ? number + 1 : number + page.rows)
        try refuseRepetition(paging, before, page)
      }
    case .cursor:
      let next = paging.next.flatMap { document.at($0)?.text } ?? ""
      if !next.isEmpty, !saysNoMore { page.next = vault.sealed(next) }
    case .linkHeader:
      let next =
        try paging.next.map { path in
          try document.at(path)?.text.flatMap { $0.isEmpty ? nil : try response.address.resolving($0) }
        } ?? response.link("next")
      if let next, !saysNoMore {
        guard next.origin == url.origin else {
          throw SourceFault(
            "\(place): the next page is said to be on another host, \(next.origin): it is not asked, because credentials would go along."
          )
        }
        page.next = vault.sealed(next.text)
      }
    }
    if page.next != nil, page.next == position {
      throw SourceFault("\(place): the next page is said to be the same page again: check `paging`.")
    }
    if page.next != nil, before.pages + 1 >= paging.limit {
      throw SourceFault("\(place): there are more than \(paging.limit) pages: raise paging.max_pages if that is right.")
    }
    if page.next == nil, let total = page.total, rows < total {
      throw SourceFault(
        "\(place): the list ended after \(rows) rows and is said to have \(total): check `paging` (stop, size, first), then run again."
      )
    }
  }

  private func refuseRepetition(_ paging: HTTPSource.Paging, _ before: SourceSpool.State, _ page: SourcePage) throws {
    guard before.pages > 0, SourcePage.digest(page.lines) == before.lastPage else { return }
    throw SourceFault(
      "\(place): two pages one after the other are the same: does the server know the parameter “\(paging.parameter)”?")
  }
}
