//! Reading listings to their end.

use groundwork_engine::ports::ApiError;

use crate::call::Call;

/// A page and the token of the next one.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// Reads all pages. A page that fails fails the whole: what was read so far would pass for complete.
/// So would a service that repeats a token, which the SDK's own paginators take for the end.
pub(crate) async fn all<T>(
    call: &Call<'_>,
    mut page: impl AsyncFnMut(Option<String>) -> Result<Page<T>, ApiError>,
) -> Result<Vec<T>, ApiError> {
    let mut items = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let (more, next) = page(token.clone()).await?;
        items.extend(more);
        match next.filter(|next| !next.is_empty()) {
            None => return Ok(items),
            next if next == token => return Err(call.unexpected("the same page token twice")),
            next => token = next,
        }
    }
}
