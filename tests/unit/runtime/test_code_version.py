from voyant_assets.runtime.code_version import code_version, product_roots


def test_a_changed_added_or_removed_module_changes_the_version(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    seen = [code_version([tmp_path])]
    (tmp_path / "a.py").write_text("x = 10\n")
    seen.append(code_version([tmp_path]))
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b.py").write_text("")
    seen.append(code_version([tmp_path]))
    (tmp_path / "a.py").unlink()
    seen.append(code_version([tmp_path]))
    assert len(set(seen)) == 4


def test_other_files_do_not_matter(tmp_path):
    before = code_version([tmp_path])
    (tmp_path / "notes.txt").write_text("x")
    assert code_version([tmp_path]) == before


def test_the_products_packages_are_found():
    assert {root.name for root in product_roots()} == {"voyant_core", "voyant_assets", "resources", "sensors"}
