"""The watch over each page hears what a browser complains about."""


def test_complaints_hear_a_broken_policy(page, complaints):
    page.goto("/")

    page.evaluate(
        "document.body.appendChild(Object.assign(document.createElement('img'), {src: 'http://127.0.0.2/x.png'}))"
    )
    page.wait_for_timeout(300)

    assert any("Content Security Policy" in one for one in complaints)
    complaints.clear()
