// SPDX-License-Identifier: Apache-2.0

extension Schema {
    static let auth = SchemaSection(
        summary: "How requests are authenticated.",
        keys: [
            SchemaKey("token", .secret(.headerValue), "A project-scoped IAM token."),
            SchemaKey("token_file", .secretFile(.headerValue), "A file with that token."),
            SchemaKey(
                "password", .section(password), "An IAM user, exchanged for a token that is renewed before it expires."
            ),
            SchemaKey("access_key", .section(accessKey), "AK/SK: each request is signed with SDK-HMAC-SHA256."),
            SchemaKey("metadata", .section(metadata), "The temporary keys of this machine's agency."),
            SchemaKey(
                "environment",
                .section(SchemaSection(summary: "Takes no keys: write `environment: {}`.", keys: [])),
                "The first there is of: `HUAWEICLOUD_OIDC_*` (`PROVIDER_URN`, `AGENCY_URN`, `TOKEN_FILE` …); "
                    + "`HUAWEICLOUD_SDK_IDP_ID` with `HUAWEICLOUD_SDK_ID_TOKEN_FILE`; `HUAWEICLOUD_SDK_AK` with `_SK` and "
                    + "perhaps `_SECURITY_TOKEN`; section `[basic]` of `HUAWEICLOUD_SDK_CREDENTIALS_FILE`, else of "
                    + "`~/.huaweicloud/credentials`. `HUAWEICLOUD_SDK_PROJECT_ID`, `_IAM_ENDPOINT` and `_STS_ENDPOINT` count "
                    + "for all."
            ),
            SchemaKey(
                "assume_agency", .section(assumeAgency),
                "Beside `access_key` or `password`: temporary keys of an agency, obtained with them."
            ),
        ],
        rules: [.exactlyOne(["token", "token_file", "password", "access_key", "metadata", "environment"])]
    )

    static let password = SchemaSection(
        summary: "An IAM user, exchanged for a token that is renewed before it expires.",
        keys: [
            iamURL,
            SchemaKey("domain", .text(.any), required: true, "The account the user belongs to."),
            SchemaKey("user", .text(.any), required: true, "The user's name."),
            SchemaKey("password", .secret(.text), "The user's password."),
            SchemaKey("password_file", .secretFile(.text), "A file with that password."),
            SchemaKey("project", .text(.any), fallback: "the region", "The project's name."),
            SchemaKey("project_id", .text(.any), "The project's id, instead of its name."),
        ],
        rules: [.exactlyOne(["password", "password_file"]), .atMostOne(["project", "project_id"])]
    )

    static let accessKey = SchemaSection(
        summary: "AK/SK: each request is signed with SDK-HMAC-SHA256.",
        keys: [
            SchemaKey("id", .text(.any), required: true, "The access key's id (AK)."),
            SchemaKey("secret", .secret(.headerValue), "The secret access key (SK)."),
            SchemaKey("secret_file", .secretFile(.headerValue), "A file with that key."),
            SchemaKey("security_token", .secret(.headerValue), "The token that temporary keys come with."),
            SchemaKey("security_token_file", .secretFile(.headerValue), "A file with that token."),
            SchemaKey("project_id", .text(.any), fallback: "looked up through IAM", "The project's id."),
            iamURL,
        ],
        rules: [.exactlyOne(["secret", "secret_file"]), .atMostOne(["security_token", "security_token_file"])]
    )

    static let metadata = SchemaSection(
        summary: "The temporary keys of this machine's agency. `metadata: {}` takes all defaults.",
        keys: [
            SchemaKey("url", .text(.url), fallback: "`\(MetadataSettings().url)`", "The metadata service's address."),
            iamURL,
            SchemaKey("project_id", .text(.any), fallback: "looked up through IAM", "The project's id."),
        ]
    )

    static let assumeAgency = SchemaSection(
        summary: "Temporary keys of an agency, obtained with `access_key` or `password`.",
        keys: [
            SchemaKey("agency", .text(.any), required: true, "The agency's name."),
            SchemaKey("domain", .text(.any), "The delegating account's name."),
            SchemaKey("domain_id", .text(.any), "The delegating account's id, instead of its name."),
            SchemaKey(
                "duration", .duration(default: .seconds(3_600), in: .seconds(900)...(.seconds(86_400))),
                "How long the keys live."
            ),
        ],
        rules: [.exactlyOne(["domain", "domain_id"])]
    )

    private static let iamURL = SchemaKey(
        "iam_url", .text(.url),
        fallback: "`HUAWEICLOUD_SDK_IAM_ENDPOINT` where set, else `https://iam.{region}.myhuaweicloud.com`",
        "IAM's address. A version (`/v3`) and slashes at its end are dropped."
    )
}
