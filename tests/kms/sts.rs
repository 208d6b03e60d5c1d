use sealgate::front::sts::{StsDoor, serve};
use sealgate::names::Region;

use super::room::{REGION, Room, origin};

async fn ask(room: &Room, who: &str, form: &'static str) -> (u16, String) {
    let region = Region::new(REGION).unwrap();
    let response = serve(&StsDoor::new(), room.caller(who), origin(&region), region, form.into()).await;
    (response.status().as_u16(), String::from_utf8(response.into_body().to_vec()).unwrap())
}

#[tokio::test]
async fn get_caller_identity() {
    let room = Room::open().await;
    let (status, body) = ask(&room, "nobody", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert_eq!(status, 200);
    assert!(body.contains("<Arn>arn:aws:iam::000000000000:user/nobody</Arn>"), "{body}");
    assert!(body.contains("<Account>000000000000</Account>"), "{body}");
    assert!(body.contains("<RequestId>request-1</RequestId>"), "{body}");
}

#[tokio::test]
async fn an_unknown_action_is_refused() {
    let room = Room::open().await;
    for form in ["Action=Open&Version=2011-06-15", "Action=GetCallerIdentity&Version=1", "", "Action=%ff"] {
        let (status, body) = ask(&room, "root", form).await;
        assert_eq!(status, 400, "{body}");
        assert!(body.contains("<ErrorResponse"), "{body}");
    }
}
