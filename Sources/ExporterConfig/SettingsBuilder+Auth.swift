// SPDX-License-Identifier: Apache-2.0

internal import Secrets

extension SettingsBuilder {
    /// The one kind of authentication; nil where it is missing or wrong, which is then reported.
    mutating func auth(_ section: CheckedSection, region: String?) -> AuthSettings? {
        if let token = secret("token", in: section) { return .token(token) }
        if let password = section.section("password") { return self.password(password, region: region) }
        if let key = section.section("access_key") {
            return accessKey(key, region: region, assumesAgency: section.isGiven("assume_agency"))
        }
        if let metadata = section.section("metadata") { return self.metadata(metadata, region: region) }
        return section.section("environment").map { _ in .environment }
    }

    /// The agency beside the kind; nil for none, or a wrong one.
    func assumeAgency(_ section: CheckedSection) -> AgencySettings? {
        guard
            let section = section.section("assume_agency"),
            let agency = section.text("agency"),
            let domain = section.text("domain").map(DomainSelection.name)
                ?? section.text("domain_id").map(DomainSelection.id)
        else { return nil }
        var settings = AgencySettings(agency: agency, domain: domain)
        settings.duration = section.duration("duration") ?? settings.duration
        return settings
    }

    /// An agency needs a user or a key to be assumed with.
    mutating func refuseLonelyAgency(_ section: CheckedSection) {
        guard section.isGiven("assume_agency"), !section.isGiven("access_key"), !section.isGiven("password") else {
            return
        }
        log.report(
            section.mark(of: "assume_agency"), section.path(of: "assume_agency"),
            "goes beside access_key or password only"
        )
    }

    private mutating func password(_ section: CheckedSection, region: String?) -> AuthSettings? {
        let iamURL = iamURL(section, region: region, isNeeded: true)
        let project =
            section.text("project_id").map(ProjectSelection.id) ?? section.text("project").map(ProjectSelection.name)
            ?? region.map(ProjectSelection.name)
        if project == nil, !section.isGiven("project_id"), !section.isGiven("project") {
            log.report(
                section.mark, section.path, "one of project and project_id is required where region is not given")
        }
        guard
            let iamURL, let project, let domain = section.text("domain"), let user = section.text("user"),
            let password = secret("password", in: section)
        else { return nil }
        return .password(
            PasswordSettings(iamURL: iamURL, domain: domain, user: user, password: password, project: project)
        )
    }

    private mutating func accessKey(_ section: CheckedSection, region: String?, assumesAgency: Bool) -> AuthSettings? {
        let isNeeded = assumesAgency || !section.isGiven("project_id")
        let iamURL = iamURL(section, region: region, isNeeded: isNeeded)
        requireProject(section, region: region)
        guard let id = section.text("id"), let secret = secret("secret", in: section) else { return nil }
        return .accessKey(
            AccessKeySettings(
                id: id,
                secret: secret,
                securityToken: self.secret("security_token", in: section),
                projectID: section.text("project_id"),
                iamURL: iamURL
            )
        )
    }

    private mutating func metadata(_ section: CheckedSection, region: String?) -> AuthSettings? {
        var settings = MetadataSettings()
        settings.url = section.text("url") ?? settings.url
        settings.projectID = section.text("project_id")
        requireProject(section, region: region)
        settings.iamURL = iamURL(section, region: region, isNeeded: !section.isGiven("project_id"))
        return .metadata(settings)
    }

    /// The project is looked up by the region's name.
    private mutating func requireProject(_ section: CheckedSection, region: String?) {
        if region == nil, !section.isGiven("project_id") {
            log.report(section.mark, section.path(of: "project_id"), "required where region is not given")
        }
    }

    private func secret(_ key: String, in section: CheckedSection) -> ConfiguredSecret? {
        section.text(key).map { .value(Secret($0)) } ?? section.text("\(key)_file").map(ConfiguredSecret.file)
    }

    private mutating func iamURL(_ section: CheckedSection, region: String?, isNeeded: Bool) -> String? {
        if section.isGiven("iam_url") { return section.text("iam_url") }
        let variable = "HUAWEICLOUD_SDK_IAM_ENDPOINT"
        if let endpoint = environment[variable], !endpoint.isEmpty {
            do throws(WebAddress.Failure) {
                return try WebAddress(endpoint, allowsUserInfo: false).text
            } catch {
                let message = "default from environment variable \(variable): \(error.message)"
                log.report(section.mark, section.path(of: "iam_url"), message)
                return nil
            }
        }
        if region == nil, isNeeded {
            log.report(section.mark, section.path(of: "iam_url"), "required where region is not given")
        }
        return region.map { "https://iam.\($0).myhuaweicloud.com" }
    }
}
