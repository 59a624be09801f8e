// SPDX-License-Identifier: Apache-2.0

/// The sample body in the API documentation.
enum SamplePage {
    static let json = """
        {
        "total" : 1,
        "endpoints" : [ {
        "visibility" : "PRIVATE",
        "id" : "0b5633ba2b904511ad514346f4dxxxxx",
        "name" : "endpoint1",
        "type" : "job",
        "status" : "CREATING",
        "description" : "description",
        "create_time" : "2023-05-30T12:24:30.401Z",
        "update_time" : "2023-05-30T12:24:30.401Z",
        "owner" : {
        "domain_name" : "string",
        "domain_id" : "0b5633ba2b904511ad514346f4dxxxxx",
        "user_name" : "string",
        "user_id" : "0b5633ba2b904511ad514346f4xxxxx"
        },
        "cap" : {
        "cap_id" : "0b5633ba2b904511ad514346f4xxxxx",
        "version_id" : "0b5633ba2b904511ad514346f4xxxxx"
        },
        "reserved_resource" : {
        "apu" : {
        "spec_code" : "a1x",
        "warm_up_num" : 1,
        "max_num" : 100
        },
        "dpu" : {
        "spec_code" : "d1x",
        "warm_up_num" : 1,
        "max_num" : 100,
        "use_public_resource" : false
        },
        "mu" : {
        "spec_code" : "mu",
        "min" : 0,
        "max" : 1
        }
        },
        "ray_resource" : {
        "head_group_spec" : {
        "spec_code" : "string"
        },
        "worker_group_spec" : [ {
        "name" : "string",
        "spec_code" : "string",
        "min_replicas" : 10000,
        "max_replicas" : 10000
        } ]
        },
        "caches" : [ {
        "mnt_path" : "string",
        "cache_ins_id" : "string"
        } ],
        "error_code" : "string",
        "error_msg" : "string"
        } ]
        }
        """

    /// The line of the sample's row.
    static let line = """
        id=0b5633ba2b904511ad514346f4dxxxxx name=endpoint1 type=job status=CREATING visibility=PRIVATE \
        description=description createTime=1685449470401000 updateTime=1685449470401000 \
        ownerName=string ownerID=0b5633ba2b904511ad514346f4xxxxx \
        capID=0b5633ba2b904511ad514346f4xxxxx capVersionID=0b5633ba2b904511ad514346f4xxxxx \
        apu={specCode=a1x reserved=1 maximum=100} dpu={specCode=d1x reserved=1 maximum=100} \
        mu={specCode=mu reserved=0 maximum=1} \
        ray={hasHead=true headSpecCode=string workers=[{specCode=string reserved=10000 maximum=10000}]} \
        errorCode=string errorMessage=string
        """
}
